"""Evaluates alarms in the emulator as CloudWatch does in AWS.

The emulator stores the definitions, runs the actions when a state is set, and evaluates composite
alarms; when the state of a metric alarm changes is decided here.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from local.cloudwatch.metric_math import Value, evaluate
from local.emulator.clients import Clients

_RESULT = "result"

# CloudWatch retrieves some datapoints more than an alarm evaluates; in its example it is two.
_MORE_DATAPOINTS = 2

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
_QUERIES_PER_REQUEST = 500

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}

Alarm = Mapping[str, Any]
Series = Mapping[int, float]
"""Values by the start of their period, epoch seconds."""


class Alarms:
    """Every metric alarm of the emulator."""

    def __init__(self, client: Clients, clock: Callable[[], float] = time.time) -> None:
        self._cloudwatch = client("cloudwatch")
        self._clock = clock

    def evaluate(self, described: Sequence[Alarm] | None = None) -> None:
        """Evaluate each alarm once, and set the states that have changed.

        `described` are the alarms, if the caller has just asked for them.
        """
        now = self._clock()
        alarms = self.described() if described is None else described
        for alarm, series in zip(alarms, self._series_of(alarms, now), strict=True):
            state = state_of(alarm, series, now)
            if state not in (None, alarm["StateValue"]):
                self._cloudwatch.set_alarm_state(
                    AlarmName=alarm["AlarmName"],
                    StateValue=state,
                    StateReason=_reason(alarm, series),
                )

    def described(self) -> list[Alarm]:
        """The alarms as they are."""
        pages = self._cloudwatch.get_paginator("describe_alarms").paginate(
            AlarmTypes=["MetricAlarm"]
        )
        return [alarm for page in pages for alarm in page["MetricAlarms"]]

    def _series_of(self, alarms: Sequence[Alarm], now: float) -> list[Series]:
        """The datapoints of each alarm's metric or expression."""
        queries = [
            {**query, "Id": f"alarm{number}_{query['Id']}"}
            for number, alarm in enumerate(alarms)
            for query in metric_queries(alarm)
        ]
        since = min((_period_starts(alarm, now)[0] for alarm in alarms), default=int(now))
        found: dict[str, Series] = {}
        for start in range(0, len(queries), _QUERIES_PER_REQUEST):
            response = self._cloudwatch.get_metric_data(
                MetricDataQueries=queries[start : start + _QUERIES_PER_REQUEST],
                StartTime=since,
                EndTime=now + 1,
            )
            for each in response["MetricDataResults"]:
                starts = [int(start.timestamp()) for start in each["Timestamps"]]
                found[each["Id"]] = dict(zip(starts, each["Values"], strict=True))
        return [_series(number, alarm, found, now) for number, alarm in enumerate(alarms)]


def _reason(alarm: Alarm, series: Series) -> str:
    latest = [series[start] for start in sorted(series)][-alarm["EvaluationPeriods"] :]
    return f"Threshold Crossed: latest datapoints {latest}, threshold {alarm['Threshold']}"


def state_of(alarm: Alarm, series: Series, now: float) -> str | None:
    """Return the state that `series` puts the alarm in, or None if it keeps its state.

    The latest datapoints count. Only if there are too few of them, missing ones count, too, as the
    alarm treats missing data.
    """
    wanted = alarm["EvaluationPeriods"]
    latest = [series[start] for start in _period_starts(alarm, now) if start in series][-wanted:]
    missing = wanted - len(latest)
    if missing and _is_warming_up(alarm, now):
        return None
    is_breaching = _COMPARISONS[alarm["ComparisonOperator"]]
    breaching = sum(is_breaching(value, alarm["Threshold"]) for value in latest)
    match alarm["TreatMissingData"]:
        case "breaching":
            breaching += missing
        case "ignore" if missing:
            return None
        case "missing" if not latest:
            return "INSUFFICIENT_DATA"
    return "ALARM" if breaching >= (alarm.get("DatapointsToAlarm") or wanted) else "OK"


def _is_warming_up(alarm: Alarm, now: float) -> bool:
    minutes = (alarm.get("WarmUpConfiguration") or {}).get("WarmUpPeriodDurationInMinutes", 0)
    since: float = alarm["AlarmConfigurationUpdatedTimestamp"].timestamp()
    return now < since + int(minutes) * 60


def _period_starts(alarm: Alarm, now: float) -> list[int]:
    """The starts of the periods that CloudWatch retrieves, including the current one."""
    period = _period(alarm)
    latest = int(now // period) * period
    count = alarm["EvaluationPeriods"] + _MORE_DATAPOINTS
    return [latest - back * period for back in reversed(range(count))]


def _period(alarm: Alarm) -> int:
    """Seconds per datapoint; the metrics of one alarm share theirs."""
    return int(metric_queries(alarm)[0]["MetricStat"]["Period"])


def metric_queries(alarm: Alarm) -> list[dict[str, Any]]:
    """The metrics that an alarm watches, as GetMetricData takes them."""
    if alarm.get("Metrics"):
        return [
            {"Id": query["Id"], "MetricStat": query["MetricStat"]}
            for query in alarm["Metrics"]
            if "MetricStat" in query
        ]
    metric = {key: alarm[key] for key in ("Namespace", "MetricName", "Dimensions")}
    statistic = alarm.get("ExtendedStatistic") or alarm["Statistic"]
    return [
        {
            "Id": _RESULT,
            "MetricStat": {"Metric": metric, "Period": alarm["Period"], "Stat": statistic},
        }
    ]


def _series(number: int, alarm: Alarm, found: Mapping[str, Series], now: float) -> Series:
    expressions = [query for query in alarm.get("Metrics") or () if "Expression" in query]
    if not expressions:
        return found.get(f"alarm{number}_{_RESULT}", {})
    [expression] = expressions
    sources = {
        query["Id"]: found.get(f"alarm{number}_{query['Id']}", {})
        for query in metric_queries(alarm)
    }
    computed: dict[int, Value] = {
        start: evaluate(
            expression["Expression"], {key: each.get(start) for key, each in sources.items()}
        )
        for start in _period_starts(alarm, now)
    }
    return {start: value for start, value in computed.items() if value is not None}
