"""Alarms and dashboards.

What needs a new resource is in
https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/cloudwatch
(ForceNew).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from local.cloudwatch.metrics import PUBLISHED_EACH_SECOND
from local.emulator.clients import ACCOUNT_ID, REGION
from local.engine.boto3_arguments import change_tags, for_boto3, tag_list, tags_of, without_none
from local.engine.resource_types import Created, Inputs, Outputs, ResourceType, resource

_SHORT_PERIOD_SECONDS = 10
_SETTINGS = (
    *("comparisonOperator", "evaluationPeriods", "threshold", "treatMissingData"),
    *("datapointsToAlarm", "warmUpConfiguration", "alarmDescription", "alarmActions"),
    *("insufficientDataActions", "unit"),
)


class _Alarm(ResourceType):
    """An alarm; its id is its name."""

    service = "cloudwatch"
    kind: ClassVar[str]
    renamed: ClassVar = {
        "OKActions": "okActions",
        "EvaluateLowSampleCountPercentile": "evaluateLowSampleCountPercentiles",
        "Metrics": "metricQueries",
    }

    def create(self, inputs: Inputs) -> Created:
        name = str(inputs[self.named_by])
        self.put(name, inputs, Tags=tag_list(tags_of(inputs)))
        return Created(name, self.outputs(name, {}))

    def put(self, name: str, inputs: Inputs, **more: Any) -> None:
        """Create or update it."""
        put = getattr(self.api, f"put_{self.kind}_alarm")
        put(AlarmName=name, **more, **self.declared(inputs))

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        kind = f"{self.kind.title()}Alarm"
        found = self.api.describe_alarms(AlarmNames=[id_], AlarmTypes=[kind])
        return next((dict(alarm) for alarm in found[f"{kind}s"]), {})

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {"arn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT_ID}:alarm:{id_}"}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        self.put(id_, inputs)
        arn = self.outputs(id_, {})["arn"]
        change_tags(old, inputs, self.api.untag_resource, self.api.tag_resource, ResourceARN=arn)

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.delete_alarms(AlarmNames=[id_])


@resource("aws:cloudwatch/metricAlarm:MetricAlarm")
class MetricAlarm(_Alarm):
    """An alarm on a metric, or on an expression over some."""

    unique_by_name = True
    kind = "metric"

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return {
            "OKActions": list(inputs.get("okActions") or []),
            "ActionsEnabled": inputs.get("actionsEnabled", True),
            "AlarmDescription": "",
            **(_metric_math(inputs) if inputs.get("metricQueries") else _metric(inputs)),
            **for_boto3(inputs, *_SETTINGS),
            **without_none(
                EvaluateLowSampleCountPercentile=inputs.get("evaluateLowSampleCountPercentiles")
            ),
        }


def _metric(inputs: Inputs) -> dict[str, Any]:
    return {
        **for_boto3(inputs, "namespace", "metricName", "statistic", "extendedStatistic"),
        "Dimensions": _dimensions(inputs),
        "Period": _period_seconds(inputs["period"], [inputs]),
    }


def _metric_math(inputs: Inputs) -> dict[str, Any]:
    queries = inputs["metricQueries"]
    metrics = [query["metric"] for query in queries if query.get("metric")]
    return {"Metrics": [_query(query, metrics) for query in queries]}


def _query(query: Inputs, metrics: Sequence[Inputs]) -> dict[str, Any]:
    returned = {"ReturnData": bool(query.get("returnData"))}
    if query.get("expression"):
        return {**for_boto3(query, "id", "expression", "label"), **returned}
    metric = query["metric"]
    source = {**for_boto3(metric, "namespace", "metricName"), "Dimensions": _dimensions(metric)}
    return {
        **for_boto3(query, "id", "label"),
        "MetricStat": {
            "Metric": source,
            "Period": _period_seconds(metric["period"], metrics),
            "Stat": metric["stat"],
        },
        **returned,
    }


def _period_seconds(declared: float, metrics: Sequence[Inputs]) -> int:
    """The alarm's period, shorter if every metric is published more often here than on AWS."""
    published = all(
        (metric.get("namespace"), metric["metricName"]) in PUBLISHED_EACH_SECOND
        for metric in metrics
    )
    return min(int(declared), _SHORT_PERIOD_SECONDS) if published else int(declared)


def _dimensions(inputs: Inputs) -> list[dict[str, str]]:
    dimensions = inputs.get("dimensions") or {}
    return [
        {"Name": key, "Value": value}
        for key, value in dimensions.items()
        if not key.startswith("__")
    ]


@resource("aws:cloudwatch/compositeAlarm:CompositeAlarm", replaces=("alarmName",))
class CompositeAlarm(_Alarm):
    """An alarm on other alarms."""

    kind = "composite"
    named_by = "alarmName"

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return {
            "OKActions": list(inputs.get("okActions") or []),
            "ActionsEnabled": inputs.get("actionsEnabled", True),
            "AlarmDescription": "",
            **for_boto3(
                inputs, "alarmRule", "alarmActions", "alarmDescription", "insufficientDataActions"
            ),
        }


@resource("aws:cloudwatch/dashboard:Dashboard", replaces=("dashboardName",))
class Dashboard(ResourceType):
    """A dashboard; its id is its name."""

    service = "cloudwatch"

    def create(self, inputs: Inputs) -> Created:
        name = inputs["dashboardName"]
        self.update(name, {}, inputs)
        return Created(name, self.outputs(name, {}))

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        return dict(self.api.get_dashboard(DashboardName=id_))

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return {"DashboardBody": inputs["dashboardBody"]}

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {"dashboardArn": f"arn:aws:cloudwatch::{ACCOUNT_ID}:dashboard/{id_}"}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        self.api.put_dashboard(DashboardName=id_, **self.declared(inputs))

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.delete_dashboards(DashboardNames=[id_])
