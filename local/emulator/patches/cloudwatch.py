"""CloudWatch: alarms are stored as declared, and their states are set by local/cloudwatch."""

from __future__ import annotations

import time
from importlib import import_module
from typing import Any

from local.emulator.differences import Difference

DIFFERENCES = (
    Difference(
        aws="an alarm has dimensions and metric math, and treats missing data as declared",
        emulator="supports none of these, and evaluates alarms only when a metric is put",
        workaround="it stores alarms as declared, and local/cloudwatch sets their states each "
        "second",
    ),
)

# What MiniStack drops from an alarm.
_DROPPED = ("Metrics", "WarmUpConfiguration", "EvaluateLowSampleCountPercentile")
_ONE_METRIC = ("Namespace", "MetricName", "Dimensions", "Statistic", "ExtendedStatistic", "Period")

_FORGET_EACH_SECONDS = 60


def apply() -> None:
    """Leave alarm states to local/cloudwatch, and store every property of an alarm."""
    cloudwatch: Any = import_module("ministack.services.cloudwatch")
    put = cloudwatch._put_metric_alarm

    def put_all_properties(params: Any, given: Any, *protocol: bool, **named: bool) -> Any:
        response = put(params, given, *protocol, **named)
        alarm = cloudwatch._alarms.get(given.get("AlarmName", ""))
        if alarm is not None:
            alarm.update({key: given[key] for key in _DROPPED if key in given})
            if "Metrics" in given:
                for key in _ONE_METRIC:
                    alarm.pop(key, None)
        return response

    cloudwatch._put_metric_alarm = put_all_properties
    cloudwatch._evaluate_alarm = lambda _alarm: None
    forget_datapoints_each_minute(cloudwatch)


def forget_datapoints_each_minute(cloudwatch: Any) -> None:
    """MiniStack looks through all datapoints in each call for those that are two weeks old. After
    some minutes of traffic that was half of the time that the emulator took for everything."""
    forget, due = cloudwatch._evict_old_metrics, 0.0

    def forget_if_due() -> None:
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + _FORGET_EACH_SECONDS
            forget()

    cloudwatch._evict_old_metrics = forget_if_due


def record_metric(namespace: str, name: str, value: float, **dimensions: str) -> None:
    """Put one datapoint, now."""
    cloudwatch: Any = import_module("ministack.services.cloudwatch")
    cloudwatch.record_metric(namespace, name, value, "None", dimensions)
