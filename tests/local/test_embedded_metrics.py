"""Each line with metrics counts once, whatever is printed or fails beside it."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import pytest

from local.cloudwatch import metrics
from local.cloudwatch.metrics import EmbeddedMetrics
from serverless_runtime.shared.metrics import metrics_line


class Cloud:
    """The parts of CloudWatch and its logs that are called, with one log group."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.values: defaultdict[str, list[float]] = defaultdict(list)
        self.is_down = False

    def __call__(self, _service: str) -> Any:
        return self

    def print(self, line: str, at: float) -> None:
        self.events.append({"logStreamName": "s", "timestamp": int(at * 1000), "message": line})

    def get_paginator(self, operation: str) -> Any:
        return SimpleNamespace(paginate=getattr(self, f"_{operation}"))

    def _describe_log_groups(self) -> list[Any]:
        return [{"logGroups": [{"logGroupName": "g", "storedBytes": len(self.events)}]}]

    def _filter_log_events(self, startTime: int, **_: Any) -> list[Any]:  # noqa: N803 -- boto3's
        return [{"events": [each for each in self.events if each["timestamp"] >= startTime]}]

    def put_metric_data(self, Namespace: str, MetricData: list[Any]) -> None:  # noqa: N803 -- boto3's
        if self.is_down:
            raise ConnectionError
        for each in MetricData:
            self.values[each["MetricName"]].append(each["Value"])


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


def _line(**counts: float) -> str:
    values = {name: ("Count", value) for name, value in counts.items()}
    return metrics_line(values, {"component": "c"}, namespace="Shop", at_ms=0)


def test_a_line_counts_once_though_its_function_rests_for_minutes(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.time()
    published = EmbeddedMetrics(cloud)  # type: ignore[arg-type]
    for minutes in range(0, 30, 5):
        now = began + minutes * 60
        monkeypatch.setattr(metrics, "time", SimpleNamespace(time=lambda now=now: now))
        cloud.print(_line(Parked=minutes), now)
        published.publish()

    assert cloud.values == {"Parked": list(range(0, 30, 5))}


@pytest.mark.parametrize(
    "other",
    ["CloudWatchMetrics", "[]", "{}", json.dumps({"_aws": {"CloudWatchMetrics": [{}]}})],
)
def test_a_line_in_another_format_takes_no_other_with_it(cloud: Cloud, other: str) -> None:
    for line in (_line(Parked=1), other, _line(Parked=2)):
        cloud.print(line, time.time())

    EmbeddedMetrics(cloud).publish()  # type: ignore[arg-type]

    assert cloud.values == {"Parked": [1, 2]}


def test_several_values_of_a_metric_count_each(cloud: Cloud) -> None:
    document = json.loads(_line(Parked=1))
    cloud.print(json.dumps({**document, "Parked": [1, 2]}), time.time())

    EmbeddedMetrics(cloud).publish()  # type: ignore[arg-type]

    assert cloud.values == {"Parked": [1, 2]}


def test_what_cannot_be_put_is_put_later(cloud: Cloud) -> None:
    cloud.print(_line(Parked=1), time.time())
    published = EmbeddedMetrics(cloud)  # type: ignore[arg-type]
    cloud.is_down = True
    with pytest.raises(ConnectionError):
        published.publish()

    cloud.is_down = False
    published.publish()

    assert cloud.values == {"Parked": [1]}
