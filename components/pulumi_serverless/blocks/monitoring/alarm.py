"""CloudWatch alarms on metrics, and the one alarm that sums others up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.limits import require_between
from pulumi_serverless.blocks.monitoring.alarm_kind import AlarmKind
from pulumi_serverless.blocks.monitoring.metric import Formula, Metric

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
_MAX_DESCRIPTION_CHARACTERS = 1_024


@dataclass(frozen=True, kw_only=True)
class AlarmArgs:
    """When one alarm goes off: at `threshold` and above, in enough of its periods."""

    kind: AlarmKind

    description: str
    """What has happened and what it means, for the person who is woken. The runbook's section is
    added."""

    watches: Metric | Formula

    threshold: float = 1

    period_seconds: int = 60
    """Length of a datapoint: 10, 20, 30, or a multiple of 60; AWS's own metrics come every 60."""

    evaluation_periods: int = 1
    """The latest periods that are looked at, 1 or more."""

    datapoints_to_alarm: int | None = None
    """How many of those must be bad, 1 to all; left out, all."""

    silence_is_bad: bool = False
    """Whether a period without a datapoint is bad, because whoever publishes must have stopped.

    Left out, silence is good: most metrics are published only when there is something to count.
    """

    warm_up_minutes: int = 0
    """How long a new alarm waits for its metric to be born; it ends when there is enough of it.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-warm-up.html"""

    topic_arn: pulumi.Input[str]
    """Topic that is told when the alarm goes off and when it is over."""

    def __post_init__(self) -> None:
        if self.evaluation_periods < 1:
            raise ValueError(
                f"evaluation_periods must be at least 1, got {self.evaluation_periods}"
            )
        if self.datapoints_to_alarm is not None:
            require_between(
                "datapoints_to_alarm", self.datapoints_to_alarm, 1, self.evaluation_periods
            )
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
        whole_minutes = self.period_seconds > 0 and self.period_seconds % 60 == 0
        if self.period_seconds not in (10, 20, 30) and not whole_minutes:
            raise ValueError(
                f"period_seconds must be 10, 20, 30 or a multiple of 60, got {self.period_seconds}"
            )
        require_between("the description's length", len(self.text), 1, _MAX_DESCRIPTION_CHARACTERS)

    @property
    def text(self) -> str:
        """The whole message: what has happened, and where it says what to do."""
        return f"{self.description} What to do: {self.kind.runbook_section}"


class Alarm(pulumi.ComponentResource):
    """One alarm on one metric, or on a formula over several."""

    kind: AlarmKind
    name: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: AlarmArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Alarm", name, {}, opts)
        self.kind = args.kind
        alarm = aws.cloudwatch.MetricAlarm(
            name,
            alarm_description=args.text,
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=args.threshold,
            evaluation_periods=args.evaluation_periods,
            datapoints_to_alarm=args.datapoints_to_alarm,
            treat_missing_data="breaching" if args.silence_is_bad else "notBreaching",
            warm_up_configuration=_warm_up(args.warm_up_minutes),
            alarm_actions=[args.topic_arn],
            ok_actions=[args.topic_arn],
            **_watched(args),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = alarm.name
        self.arn = alarm.arn
        self.register_outputs({"name": self.name})


class SummaryAlarm(pulumi.ComponentResource):
    """One state for several alarms: bad while any of them is. It tells nobody, they do."""

    kind: AlarmKind
    name: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        kind: AlarmKind,
        description: str,
        alarms: Sequence[Alarm],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("serverless:index:SummaryAlarm", name, {}, opts)
        self.kind = kind
        alarm = aws.cloudwatch.CompositeAlarm(
            name,
            # Pulumi makes up no name for this type, and alarms share theirs in an account.
            alarm_name=f"{pulumi.get_project()}-{pulumi.get_stack()}-{name}",
            alarm_description=f"{description} What to do: {kind.runbook_section}",
            alarm_rule=pulumi.Output.all(*(each.arn for each in alarms)).apply(_any_of),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = alarm.alarm_name
        self.arn = alarm.arn
        self.register_outputs({"name": self.name})


def _any_of(alarm_arns: Sequence[str]) -> str:
    return " OR ".join(f'ALARM("{arn}")' for arn in alarm_arns)


def _watched(args: AlarmArgs) -> dict[str, Any]:
    watched = args.watches
    if isinstance(watched, Formula):
        return {"metric_queries": watched.queries(args.period_seconds, str(args.kind))}
    inputs: dict[str, Any] = {
        "namespace": watched.namespace,
        "metric_name": watched.name,
        "dimensions": watched.dimensions,
        "period": args.period_seconds,
    }
    if watched.is_percentile:
        # A percentile of a few values says nothing: with these, the state stays as it is.
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
        percentile = {
            "extended_statistic": watched.statistic,
            "evaluate_low_sample_count_percentiles": "ignore",
        }
        return inputs | percentile
    return inputs | {"statistic": watched.statistic}


def _warm_up(minutes: int) -> aws.cloudwatch.MetricAlarmWarmUpConfigurationArgs | None:
    if minutes == 0:
        return None
    return aws.cloudwatch.MetricAlarmWarmUpConfigurationArgs(
        warm_up_period_duration_in_minutes=minutes
    )
