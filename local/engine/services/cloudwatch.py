"""Alarms and dashboards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from local.cloudwatch.metrics import PUBLISHED_EACH_SECOND
from local.emulator.clients import ACCOUNT_ID, REGION, Clients
from local.engine.registry import Created, Inputs, creates, for_boto3, without_none

_SHORT_PERIOD_SECONDS = 10
_SETTINGS = (
    *("comparisonOperator", "evaluationPeriods", "threshold", "treatMissingData"),
    *("datapointsToAlarm", "warmUpConfiguration", "alarmDescription", "alarmActions"),
)


@creates("aws:cloudwatch/metricAlarm:MetricAlarm", also_updates=True)
def create_metric_alarm(client: Clients, name: str, inputs: Inputs) -> Created:
    client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        OKActions=inputs.get("okActions", []),
        **(_metric_math(inputs) if "metricQueries" in inputs else _metric(inputs)),
        **for_boto3(inputs, *_SETTINGS),
        **without_none(
            EvaluateLowSampleCountPercentile=inputs.get("evaluateLowSampleCountPercentiles")
        ),
    )
    return name, {"arn": _alarm_arn(name)}


def _metric(inputs: Inputs) -> dict[str, Any]:
    return {
        **for_boto3(inputs, "namespace", "metricName", "statistic", "extendedStatistic"),
        "Dimensions": _dimensions(inputs),
        "Period": _period_seconds(inputs["period"], [inputs]),
    }


def _metric_math(inputs: Inputs) -> dict[str, Any]:
    queries = inputs["metricQueries"]
    metrics = [query["metric"] for query in queries if "metric" in query]
    return {"Metrics": [_query(query, metrics) for query in queries]}


def _query(query: Inputs, metrics: Sequence[Inputs]) -> dict[str, Any]:
    if "expression" in query:
        return {"ReturnData": False, **for_boto3(query, "id", "expression", "label", "returnData")}
    metric = query["metric"]
    source = {**for_boto3(metric, "namespace", "metricName"), "Dimensions": _dimensions(metric)}
    return {
        "Id": query["id"],
        "MetricStat": {
            "Metric": source,
            "Period": _period_seconds(metric["period"], metrics),
            "Stat": metric["stat"],
        },
        "ReturnData": False,
    }


def _period_seconds(declared: float, metrics: Sequence[Inputs]) -> int:
    """The alarm's period, shorter if every metric is published more often here than on AWS."""
    published = all(
        (metric["namespace"], metric["metricName"]) in PUBLISHED_EACH_SECOND for metric in metrics
    )
    return min(int(declared), _SHORT_PERIOD_SECONDS) if published else int(declared)


def _dimensions(inputs: Inputs) -> list[dict[str, str]]:
    return [{"Name": key, "Value": value} for key, value in inputs.get("dimensions", {}).items()]


@creates("aws:cloudwatch/compositeAlarm:CompositeAlarm", also_updates=True)
def create_composite_alarm(client: Clients, name: str, inputs: Inputs) -> Created:
    alarm_name = inputs["alarmName"]
    client("cloudwatch").put_composite_alarm(
        AlarmName=alarm_name,
        OKActions=inputs.get("okActions", []),
        **for_boto3(inputs, "alarmRule", "alarmActions", "alarmDescription"),
    )
    return alarm_name, {"arn": _alarm_arn(alarm_name)}


@creates("aws:cloudwatch/dashboard:Dashboard", also_updates=True)
def create_dashboard(client: Clients, name: str, inputs: Inputs) -> Created:
    dashboard = inputs["dashboardName"]
    client("cloudwatch").put_dashboard(
        DashboardName=dashboard, DashboardBody=inputs["dashboardBody"]
    )
    return dashboard, {"dashboardArn": f"arn:aws:cloudwatch::{ACCOUNT_ID}:dashboard/{dashboard}"}


def _alarm_arn(name: str) -> str:
    return f"arn:aws:cloudwatch:{REGION}:{ACCOUNT_ID}:alarm:{name}"
