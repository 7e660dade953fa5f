"""Log groups, alarms, dashboards and saved queries."""

from __future__ import annotations

from typing import Any

from local.clients import ACCOUNT_ID, REGION, Clients
from local.resources.maker import Inputs, Made, Maker, Mender, given, making_again, whole


def _log_group(client: Clients, name: str, inputs: Inputs) -> Made:
    client("logs").create_log_group(
        logGroupName=name,
        tags=inputs.get("tags", {}),
        **given(kmsKeyId=inputs.get("kmsKeyId")),
    )
    if inputs.get("retentionInDays"):
        client("logs").put_retention_policy(
            logGroupName=name, retentionInDays=whole(inputs["retentionInDays"])
        )
    return name, {"arn": f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:{name}"}


def _metric_alarm(client: Clients, name: str, inputs: Inputs) -> Made:
    watched = _formula(inputs) if "metricQueries" in inputs else _metric(inputs)
    client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        ComparisonOperator=inputs["comparisonOperator"],
        EvaluationPeriods=whole(inputs["evaluationPeriods"]),
        AlarmActions=inputs.get("alarmActions", []),
        OKActions=inputs.get("okActions", []),
        **watched,
        **given(
            AlarmDescription=inputs.get("alarmDescription"),
            Threshold=inputs.get("threshold"),
            TreatMissingData=inputs.get("treatMissingData"),
            DatapointsToAlarm=whole(inputs.get("datapointsToAlarm")),
            WarmUpConfiguration=_warm_up(inputs),
            EvaluateLowSampleCountPercentile=inputs.get("evaluateLowSampleCountPercentiles"),
        ),
    )
    return name, {"arn": _alarm_arn(name)}


def _metric(inputs: Inputs) -> dict[str, Any]:
    return given(
        Namespace=inputs["namespace"],
        MetricName=inputs["metricName"],
        Dimensions=_dimensions(inputs),
        Statistic=inputs.get("statistic"),
        ExtendedStatistic=inputs.get("extendedStatistic"),
        Period=whole(inputs.get("period")),
    )


def _formula(inputs: Inputs) -> dict[str, Any]:
    return {"Metrics": [_query(query) for query in inputs["metricQueries"]]}


def _query(query: Inputs) -> dict[str, Any]:
    if "expression" in query:
        return given(
            Id=query["id"],
            Expression=query["expression"],
            Label=query.get("label"),
            ReturnData=bool(query.get("returnData", False)),
        )
    metric = query["metric"]
    source = {
        "Namespace": metric["namespace"],
        "MetricName": metric["metricName"],
        "Dimensions": _dimensions(metric),
    }
    return {
        "Id": query["id"],
        "MetricStat": {"Metric": source, "Period": whole(metric["period"]), "Stat": metric["stat"]},
        "ReturnData": False,
    }


def _dimensions(inputs: Inputs) -> list[dict[str, str]]:
    return [{"Name": key, "Value": value} for key, value in inputs.get("dimensions", {}).items()]


def _warm_up(inputs: Inputs) -> dict[str, int | None] | None:
    given_by_program = inputs.get("warmUpConfiguration")
    if given_by_program is None:
        return None
    minutes = whole(given_by_program["warmUpPeriodDurationInMinutes"])
    return {"WarmUpPeriodDurationInMinutes": minutes}


def _composite_alarm(client: Clients, name: str, inputs: Inputs) -> Made:
    alarm_name = inputs["alarmName"]
    client("cloudwatch").put_composite_alarm(
        AlarmName=alarm_name,
        AlarmRule=inputs["alarmRule"],
        AlarmActions=inputs.get("alarmActions", []),
        OKActions=inputs.get("okActions", []),
        **given(AlarmDescription=inputs.get("alarmDescription")),
    )
    return alarm_name, {"arn": _alarm_arn(alarm_name)}


def _dashboard(client: Clients, name: str, inputs: Inputs) -> Made:
    dashboard = inputs["dashboardName"]
    client("cloudwatch").put_dashboard(
        DashboardName=dashboard, DashboardBody=inputs["dashboardBody"]
    )
    return dashboard, {"dashboardArn": f"arn:aws:cloudwatch::{ACCOUNT_ID}:dashboard/{dashboard}"}


def _query_definition(client: Clients, name: str, inputs: Inputs) -> Made:
    query_id = client("logs").put_query_definition(
        name=name,
        queryString=inputs["queryString"],
        logGroupNames=inputs.get("logGroupNames", []),
    )["queryDefinitionId"]
    return query_id, {"queryDefinitionId": query_id}


def _alarm_arn(name: str) -> str:
    return f"arn:aws:cloudwatch:{REGION}:{ACCOUNT_ID}:alarm:{name}"


MAKERS: dict[str, Maker] = {
    "aws:cloudwatch/logGroup:LogGroup": _log_group,
    "aws:cloudwatch/metricAlarm:MetricAlarm": _metric_alarm,
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _composite_alarm,
    "aws:cloudwatch/dashboard:Dashboard": _dashboard,
    "aws:cloudwatch/queryDefinition:QueryDefinition": _query_definition,
}

MENDERS: dict[str, Mender] = {
    "aws:cloudwatch/metricAlarm:MetricAlarm": making_again(_metric_alarm),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": making_again(_composite_alarm),
    "aws:cloudwatch/dashboard:Dashboard": making_again(_dashboard),
}
