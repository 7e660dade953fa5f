"""What waits for a consumer is counted by SQS, and its age asked of CloudWatch."""

from __future__ import annotations

from datetime import timedelta

import pytest

from serverless_ops.status.queue_backlog import read_queue_backlog
from tests.ops.status.test_reading_a_status import LIVE, MINUTE, NOON, Aws


def test_the_age_is_asked_of_cloudwatch_for_the_last_five_minutes() -> None:
    aws = Aws()
    aws.values = [840.0, 7.0]

    found = read_queue_backlog(lambda _: aws, LIVE, NOON)

    assert found.oldest_at == NOON - MINUTE - timedelta(seconds=840)
    dimensions = [{"Name": "QueueName", "Value": "orders"}]
    assert aws.asked == [
        {
            "MetricDataQueries": [
                {
                    "Id": "age",
                    "MetricStat": {
                        "Metric": {
                            "Namespace": "AWS/SQS",
                            "MetricName": "ApproximateAgeOfOldestMessage",
                            "Dimensions": dimensions,
                        },
                        "Period": 60,
                        "Stat": "Maximum",
                    },
                }
            ],
            "StartTime": NOON - 5 * MINUTE,
            "EndTime": NOON,
            "ScanBy": "TimestampDescending",
        }
    ]


@pytest.mark.parametrize("depth", [(0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0)])
def test_only_of_a_queue_with_something_in_it_the_age_is_asked(depth: tuple[int, ...]) -> None:
    aws = Aws()
    aws.depths[LIVE], aws.values = (depth[0], depth[1], depth[2]), []

    assert read_queue_backlog(lambda _: aws, LIVE, NOON).oldest_at is None
    assert len(aws.asked) == (sum(depth) > 0)
