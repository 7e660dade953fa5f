"""The alarms of a stack, by a clock that a test moves forward."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator
from typing import Any

from local.cloudwatch.alarms import Alarm, Alarms, metric_queries
from local.cloudwatch.metrics import EmbeddedMetrics, publish_queue_depths
from local.deployed import Deployed

HOUR_SECONDS = 3_600
"""Longer than any alarm looks back."""

_PUBLISHED_BY_EMULATOR = ("AWS/Lambda", "AWS/ApiGateway")


class AlarmWatch:
    """Its clock is hours ahead, so that datapoints of before no longer count. It begins after a
    full hour, and so does each hour that passes: what happens in the next minutes is in one period
    of every alarm. (CloudWatch's periods slide; here they begin by the clock.)

    Nothing else may publish metrics or evaluate alarms of the stack.
    """

    def __init__(self, stack: Deployed) -> None:
        self._stack = stack
        self._ahead_seconds = 0.0
        self._go_to_full_hour()
        self._copied_until = math.floor(time.time())
        self._embedded = EmbeddedMetrics(stack.emulator.client, clock=self.now)
        self._alarms = Alarms(stack.emulator.client, clock=self.now)

    def now(self) -> float:
        """Epoch seconds."""
        return time.time() + self._ahead_seconds

    def let_an_hour_pass(self) -> None:
        self._ahead_seconds += HOUR_SECONDS
        self._go_to_full_hour()

    def _go_to_full_hour(self) -> None:
        self._ahead_seconds += -self.now() % HOUR_SECONDS + 1

    def evaluate(self) -> None:
        """Publish all metrics at the clock's time, and evaluate each alarm once."""
        client = self._stack.emulator.client
        self._run_relay()
        described = self.described()
        publish_queue_depths(client, described, clock=self.now)
        self._embedded.publish()
        self._copy_published(described)
        self._alarms.evaluate(described)

    def described(self) -> list[Alarm]:
        """Every metric alarm."""
        return self._alarms.described()

    def put(self, alarm: Alarm, value: float) -> None:
        """Put `value` in each period that the alarm evaluates, on each of its metrics."""
        now = self.now()
        for query in metric_queries(alarm):
            timestamps = [
                now - back * query["MetricStat"]["Period"]
                for back in range(alarm["EvaluationPeriods"])
            ]
            self._put(query, [(timestamp, value) for timestamp in timestamps])

    def _run_relay(self) -> None:
        """The schedule follows the real clock; do what it would do by this one."""
        scheduler = self._stack.client("scheduler")
        if any(each["State"] == "ENABLED" for each in scheduler.list_schedules()["Schedules"]):
            for outbox in self._stack.operations["outboxes"].values():
                relay = outbox["relayFunctionName"]
                self._stack.client("lambda").invoke(FunctionName=relay)

    def _copy_published(self, alarms: Iterable[Alarm]) -> None:
        """Copy what the emulator has published since, in whole seconds, to the clock's time."""
        until = math.floor(time.time())
        if until == self._copied_until:
            return
        for query, values in self._published(alarms, self._copied_until, until):
            self._put(query, [(self.now(), value) for value in values])
        self._copied_until = until

    def _published(
        self, alarms: Iterable[Alarm], since: int, until: int
    ) -> Iterator[tuple[dict[str, Any], list[float]]]:
        queries: dict[str, dict[str, Any]] = {}
        for query in (query for each in alarms for query in metric_queries(each)):
            if query["MetricStat"]["Metric"]["Namespace"] in _PUBLISHED_BY_EMULATOR:
                queries[f"metric{len(queries)}"] = query
        response = self._stack.client("cloudwatch").get_metric_data(
            MetricDataQueries=[
                {"Id": key, "MetricStat": {**query["MetricStat"], "Period": 1}}
                for key, query in queries.items()
            ],
            StartTime=since,
            EndTime=until,
        )
        for each in response["MetricDataResults"]:
            yield queries[each["Id"]], each["Values"]

    def _put(self, query: dict[str, Any], points: list[tuple[float, float]]) -> None:
        metric = query["MetricStat"]["Metric"]
        data = [
            {
                "MetricName": metric["MetricName"],
                "Dimensions": metric["Dimensions"],
                "Timestamp": timestamp,
                "Value": value,
            }
            for timestamp, value in points
        ]
        if data:
            self._stack.client("cloudwatch").put_metric_data(
                Namespace=metric["Namespace"], MetricData=data
            )
