"""The alarms of a stack at a time that a test makes pass."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Any

from local.cloudwatch.alarms import Alarms, metric_queries
from local.cloudwatch.metrics import EmbeddedMetrics, publish_queue_depths
from local.stack import DeployedStack

HOUR_SECONDS = 3_600
"""More than any alarm looks back."""

_COUNTED_BY_EMULATOR = ("AWS/Lambda", "AWS/ApiGateway")


class AlarmWatch:
    """Runs ahead by hours, so that what was counted before is looked at no more.

    The stack is one that nobody else watches.
    """

    def __init__(self, stack: DeployedStack) -> None:
        self._stack = stack
        self._ahead_seconds = 0
        self._carried_until = math.floor(time.time())
        self._printed = EmbeddedMetrics(stack.emulator.client, clock=self.now)
        self._alarms = Alarms(stack.emulator.client, clock=self.now)

    def now(self) -> float:
        """Epoch seconds."""
        return time.time() + self._ahead_seconds

    def let_an_hour_pass(self) -> None:
        self._ahead_seconds += HOUR_SECONDS

    def look(self) -> None:
        """Publish all that is known of this moment, and look at each alarm once."""
        client = self._stack.emulator.client
        self._run_relay()
        publish_queue_depths(client, clock=self.now)
        self._printed.publish()
        self._carry_over()
        self._alarms.evaluate()

    def described(self) -> list[dict[str, Any]]:
        """Every alarm on a metric."""
        cloudwatch = self._stack.client("cloudwatch")
        found: list[dict[str, Any]] = cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm"])[
            "MetricAlarms"
        ]
        return found

    def put(self, alarm: dict[str, Any], value: float) -> None:
        """Count `value` in each period that the alarm looks at, on each of its metrics."""
        now = self.now()
        for query in metric_queries(alarm):
            moments = [
                now - back * query["MetricStat"]["Period"]
                for back in range(alarm["EvaluationPeriods"])
            ]
            self._put(query, [(moment, value) for moment in moments])

    def _run_relay(self) -> None:
        """The schedule runs by the real time; do at this one what it would do."""
        scheduler = self._stack.client("scheduler")
        if any(each["State"] == "ENABLED" for each in scheduler.list_schedules()["Schedules"]):
            relay = self._stack.function_names()["relay"]
            self._stack.client("lambda").invoke(FunctionName=relay)

    def _carry_over(self) -> None:
        """Put what the emulator has counted, by the real time, at this one; whole seconds."""
        until = math.floor(time.time())
        if until == self._carried_until:
            return
        for query, values in self._counted(self._carried_until, until):
            self._put(query, [(self.now(), value) for value in values])
        self._carried_until = until

    def _counted(self, since: int, until: int) -> Iterator[tuple[dict[str, Any], list[float]]]:
        asked: dict[str, dict[str, Any]] = {}
        for query in (query for each in self.described() for query in metric_queries(each)):
            if query["MetricStat"]["Metric"]["Namespace"] in _COUNTED_BY_EMULATOR:
                asked[f"metric{len(asked)}"] = query
        answer = self._stack.client("cloudwatch").get_metric_data(
            MetricDataQueries=[
                {"Id": key, "MetricStat": {**query["MetricStat"], "Period": 1}}
                for key, query in asked.items()
            ],
            StartTime=since,
            EndTime=until,
        )
        for each in answer["MetricDataResults"]:
            yield asked[each["Id"]], each["Values"]

    def _put(self, query: dict[str, Any], points: list[tuple[float, float]]) -> None:
        metric = query["MetricStat"]["Metric"]
        data = [
            {
                "MetricName": metric["MetricName"],
                "Dimensions": metric["Dimensions"],
                "Timestamp": moment,
                "Value": value,
            }
            for moment, value in points
        ]
        if data:
            self._stack.client("cloudwatch").put_metric_data(
                Namespace=metric["Namespace"], MetricData=data
            )
