"""Log groups and alarms."""

from __future__ import annotations

from local.clients import ACCOUNT_ID, REGION, Clients
from local.resources.maker import Inputs, Made, Maker, given, whole


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
    if "metricName" not in inputs:
        raise NotImplementedError("the emulator never evaluates an alarm on metric math")
    dimensions = inputs.get("dimensions", {})
    client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace=inputs["namespace"],
        MetricName=inputs["metricName"],
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        ComparisonOperator=inputs["comparisonOperator"],
        EvaluationPeriods=whole(inputs["evaluationPeriods"]),
        AlarmActions=inputs.get("alarmActions", []),
        OKActions=inputs.get("okActions", []),
        **given(
            AlarmDescription=inputs.get("alarmDescription"),
            Statistic=inputs.get("statistic"),
            ExtendedStatistic=inputs.get("extendedStatistic"),
            Period=whole(inputs.get("period")),
            Threshold=inputs.get("threshold"),
            TreatMissingData=inputs.get("treatMissingData"),
            DatapointsToAlarm=whole(inputs.get("datapointsToAlarm")),
        ),
    )
    return name, {"arn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT_ID}:alarm:{name}"}


MAKERS: dict[str, Maker] = {
    "aws:cloudwatch/logGroup:LogGroup": _log_group,
    "aws:cloudwatch/metricAlarm:MetricAlarm": _metric_alarm,
}
