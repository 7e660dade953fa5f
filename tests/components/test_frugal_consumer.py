"""A queue in front of what bears only so much: what the component declares."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_serverless import PythonFunction, PythonFunctionArgs
from pulumi_serverless.frugal_consumer import FrugalConsumer, FrugalConsumerArgs
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import ROLE_POLICY
from serverless_runtime.queue_sender.settings import read_queue_settings
from tests.components.a_function import FOUNDATION, HANDLER, NO_DEPENDENCIES, a_function

MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
QUEUE = "aws:sqs/queue:Queue"


def deployed(*, reserved_concurrency: int | None = None, **settings: Any) -> Graph:
    def program() -> None:
        worker = PythonFunction(
            "book-sale",
            PythonFunctionArgs(
                foundation=FOUNDATION,
                handler=HANDLER,
                code=NO_DEPENDENCIES,
                timeout_seconds=20,
                reserved_concurrency=reserved_concurrency,
            ),
        )
        args = FrugalConsumerArgs(foundation=FOUNDATION, function=worker, **settings)
        sales = FrugalConsumer("sales", args)
        till = a_function("till", environment=sales.environment)
        sales.allow_sender(till)

    return record(program)


def test_two_runs_work_at_the_same_time_unless_more_are_allowed() -> None:
    for settings, limit in (({}, 2), ({"max_concurrency": 7}, 7)):
        mapping = deployed(**settings).only(MAPPING)
        assert mapping.inputs["scalingConfig"] == {"maximumConcurrency": limit}


def test_a_message_is_hidden_for_six_times_the_timeout_and_the_window() -> None:
    queue = deployed(batch_size=50, batch_window_seconds=5).named("sales", QUEUE)

    assert queue.inputs["visibilityTimeoutSeconds"] == 6 * 20 + 5


def test_a_sender_may_send_and_knows_where_to() -> None:
    graph = deployed()

    policy = json.loads(graph.named("till-may-send-to-sales", ROLE_POLICY).inputs["policy"])
    [statement] = policy["Statement"]
    assert (statement["Action"], statement["Resource"]) == (["sqs:SendMessage"], ["arn:sales"])
    variables = graph.named("till", "aws:lambda/function:Function").inputs["environment"]
    assert read_queue_settings("sales", variables["variables"]).url == "https://sqs/sales"


def test_a_sender_that_does_not_know_where_to_fails_before_deploy() -> None:
    def program() -> None:
        worker = a_function("book-sale")
        sales = FrugalConsumer("sales", FrugalConsumerArgs(foundation=FOUNDATION, function=worker))
        sales.allow_sender(a_function("till"))

    message = "environment of till must contain that of sales, got none of QUEUE_SALES_URL"
    with pytest.raises(ValueError, match=message):
        record(program)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"max_concurrency": 1}, "max_concurrency must be between 2 and 1000, got 1"),
        ({"reserved_concurrency": 1}, r"reserved_concurrency of book-sale .* at least 2, got 1"),
        ({"batch_size": 11}, "batch_window_seconds for a batch_size over 10 must be at least 1"),
        ({"batch_window_seconds": 301}, "batch_window_seconds must be between 0 and 300, got 301"),
        ({"max_receives": 0}, "max_receives must be between 1 and 1000, got 0"),
        ({"retention_days": 14}, "retention_days must be between 1 and 13, got 14"),
        ({"filter": {"title": "Emma"}}, r"filter\.title must be an object, or a list"),
    ],
)
def test_what_aws_would_refuse_fails_before_deploy(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        deployed(**settings)
