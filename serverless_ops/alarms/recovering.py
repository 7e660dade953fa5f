"""Which alarms still fire although their metric is within its threshold again.

CloudWatch evaluates a window of several minutes, so an alarm outlasts its cause.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from serverless_ops.alarms.alarm_state import AlarmState

_BREACHES = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
_LATEST_PERIODS = 2
_MINUTE = 60


def recovering(cloudwatch: Any, alarms: Iterable[AlarmState], now: datetime) -> frozenset[str]:
    """Return the names of the firing alarms whose latest datapoint does not breach.

    A composite alarm is one if all others are that fire. Raises botocore's errors.
    """
    firing = [each for each in alarms if each.state == "ALARM"]
    metric_alarms = [each for each in firing if not each.is_composite]
    recovered = {
        each.name for each in metric_alarms if _is_within(cloudwatch, each.definition, now)
    }
    if len(recovered) == len(metric_alarms) > 0:
        return frozenset(each.name for each in firing)
    return frozenset(recovered)


def _is_within(cloudwatch: Any, alarm: Mapping[str, Any], now: datetime) -> bool:
    breaches = _BREACHES.get(alarm.get("ComparisonOperator", ""))
    queries = alarm.get("Metrics") or [_query(alarm)]
    threshold = alarm.get("Threshold")
    periods = [query["MetricStat"]["Period"] for query in queries if "MetricStat" in query]
    if breaches is None or threshold is None or not periods:
        return False
    if alarm.get("Statistic") == "Sum" and breaches in (operator.gt, operator.ge):
        # What was counted once stays in a long period; its latest minute says whether it goes on.
        latest_seconds = min(alarm["Period"], _MINUTE)
        threshold = threshold * latest_seconds / alarm["Period"]
        queries, periods = [_query({**alarm, "Period": latest_seconds})], [latest_seconds]
    since = now - timedelta(seconds=_LATEST_PERIODS * max(periods))
    response = cloudwatch.get_metric_data(
        MetricDataQueries=[{**query, "ReturnData": True} for query in queries],
        StartTime=since,
        EndTime=now,
        ScanBy="TimestampDescending",
    )
    latest = {each["Id"]: each["Values"][:1] for each in response.get("MetricDataResults", [])}
    own = [each["Id"] for each in queries if each.get("ReturnData", True)]
    values = [value for name in own for value in latest.get(name, [])]
    if values:
        return not any(breaches(value, threshold) for value in values)
    # Of an expression without a result although its metrics have datapoints, nothing is known.
    return not any(latest.values()) and alarm.get("TreatMissingData") == "notBreaching"


def _query(alarm: Mapping[str, Any]) -> dict[str, Any]:
    if "MetricName" not in alarm:
        return {}
    metric = {
        "Namespace": alarm["Namespace"],
        "MetricName": alarm["MetricName"],
        "Dimensions": alarm.get("Dimensions", []),
    }
    statistic = alarm.get("Statistic") or alarm.get("ExtendedStatistic")
    stat = {"Metric": metric, "Period": alarm["Period"], "Stat": statistic}
    return {"Id": "metric", "MetricStat": stat, "ReturnData": True}
