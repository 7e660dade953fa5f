"""Alarms, dashboards and Logs Insights queries arrive in the emulator as they are declared."""

from __future__ import annotations

import uuid

import pulumi
import pulumi_aws as aws

from local.emulator.start import Emulator
from local.engine.in_process_engine import InProcessEngine
from local.engine.provider import Provider
from tests.local.redeployed import deploy


def test_alarms_and_a_dashboard_arrive_as_declared(emulator: Emulator) -> None:
    def program() -> None:
        sources = [
            aws.cloudwatch.MetricAlarmMetricQueryArgs(
                id=name,
                metric=aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
                    namespace="Shop",
                    metric_name=name,
                    dimensions={"Item": "tea"},
                    stat="Sum",
                    period=60,
                ),
            )
            for name in ("bad", "all")
        ]
        rate = aws.cloudwatch.MetricAlarmMetricQueryArgs(
            id="rate", expression="100 * bad / all", label="rate", return_data=True
        )
        alarm = aws.cloudwatch.MetricAlarm(
            "rate",
            comparison_operator="GreaterThanOrEqualToThreshold",
            evaluation_periods=5,
            datapoints_to_alarm=3,
            threshold=5,
            treat_missing_data="breaching",
            metric_queries=[rate, *sources],
            warm_up_configuration={"warm_up_period_duration_in_minutes": 10},
        )
        composite = aws.cloudwatch.CompositeAlarm(
            "any",
            alarm_name=f"any-{uuid.uuid4()}",
            alarm_rule=pulumi.Output.concat('ALARM("', alarm.arn, '")'),
        )
        board = aws.cloudwatch.Dashboard(
            "board", dashboard_name=f"board-{uuid.uuid4()}", dashboard_body='{"widgets": []}'
        )
        pulumi.export("names", [alarm.name, composite.alarm_name, board.dashboard_name])

    alarm_name, composite_name, board_name = deploy(
        InProcessEngine(Provider(emulator.client)), program
    )["names"]

    cloudwatch = emulator.client("cloudwatch")
    described = cloudwatch.describe_alarms(
        AlarmNames=[alarm_name, composite_name], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    [alarm], [composite] = described["MetricAlarms"], described["CompositeAlarms"]
    assert (alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"]) == (5, 3)
    assert alarm["WarmUpConfiguration"] == {"WarmUpPeriodDurationInMinutes": 10}
    result, bad, _ = alarm["Metrics"]
    assert (result["Expression"], result["ReturnData"]) == ("100 * bad / all", True)
    assert bad["MetricStat"]["Metric"] == {
        "Namespace": "Shop",
        "MetricName": "bad",
        "Dimensions": [{"Name": "Item", "Value": "tea"}],
    }
    assert composite["AlarmRule"] == f'ALARM("{alarm["AlarmArn"]}")'
    assert cloudwatch.get_dashboard(DashboardName=board_name)["DashboardBody"] == '{"widgets": []}'


def test_only_alarms_on_metrics_that_come_each_second_get_a_short_period(
    emulator: Emulator,
) -> None:
    def alarm(name: str, metric_name: str, namespace: str = "AWS/SQS") -> pulumi.Output[str]:
        return aws.cloudwatch.MetricAlarm(
            name,
            namespace=namespace,
            metric_name=metric_name,
            dimensions={"QueueName": "orders"},
            statistic="Maximum",
            comparison_operator="GreaterThanOrEqualToThreshold",
            evaluation_periods=1,
            threshold=1,
            period=60,
        ).name

    def program() -> None:
        names = {
            "depth": alarm("depth", "ApproximateNumberOfMessagesVisible"),
            "age": alarm("age", "ApproximateAgeOfOldestMessage"),
            "custom": alarm("custom", "ApproximateNumberOfMessagesVisible", namespace="Shop"),
        }
        pulumi.export("names", names)

    names = deploy(InProcessEngine(Provider(emulator.client)), program)["names"]

    described = emulator.client("cloudwatch").describe_alarms(AlarmNames=list(names.values()))
    periods = {alarm["AlarmName"]: alarm["Period"] for alarm in described["MetricAlarms"]}
    assert {key: periods[name] for key, name in names.items()} == {
        "depth": 10,
        "age": 60,
        "custom": 60,
    }


def test_a_saved_query_arrives_with_its_log_groups(emulator: Emulator) -> None:
    name = f"shop/{uuid.uuid4()}"

    def program() -> None:
        aws.cloudwatch.QueryDefinition(
            "errors", name=name, query_string="fields @message", log_group_names=["/shop"]
        )

    deploy(InProcessEngine(Provider(emulator.client)), program)

    response = emulator.client("logs").describe_query_definitions(queryDefinitionNamePrefix=name)
    [query] = response["queryDefinitions"]
    assert (query["queryString"], query["logGroupNames"]) == ("fields @message", ["/shop"])
