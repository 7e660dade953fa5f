"""CloudWatch alarms and the topic that people hear them on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

from components.blocks.encryption_key import EncryptionKey, arn_of


@dataclass(frozen=True, kw_only=True)
class AlarmArgs:
    """When one alarm goes off: at `threshold` and above, in each of `evaluation_periods`."""

    description: str
    """What has happened and what to do, for the person who is woken."""

    namespace: str
    metric_name: str
    dimensions: Mapping[str, pulumi.Input[str]]

    statistic: Literal["Maximum", "Sum"]

    threshold: float = 1

    period_seconds: int = 60
    """Length of a datapoint: 10, 20, 30, or a multiple of 60; AWS/SQS publishes every 60."""

    evaluation_periods: int = 1
    """Periods in a row that must be bad, 1 or more."""

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
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
        whole_minutes = self.period_seconds > 0 and self.period_seconds % 60 == 0
        if self.period_seconds not in (10, 20, 30) and not whole_minutes:
            raise ValueError(
                f"period_seconds must be 10, 20, 30 or a multiple of 60, got {self.period_seconds}"
            )


class Alarm(pulumi.ComponentResource):
    """One alarm on one metric."""

    name: pulumi.Output[str]

    def __init__(
        self, name: str, args: AlarmArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Alarm", name, {}, opts)
        alarm = aws.cloudwatch.MetricAlarm(
            name,
            alarm_description=args.description,
            namespace=args.namespace,
            metric_name=args.metric_name,
            dimensions=args.dimensions,
            statistic=args.statistic,
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=args.threshold,
            period=args.period_seconds,
            evaluation_periods=args.evaluation_periods,
            treat_missing_data="breaching" if args.silence_is_bad else "notBreaching",
            warm_up_configuration=_warm_up(args.warm_up_minutes),
            alarm_actions=[args.topic_arn],
            ok_actions=[args.topic_arn],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = alarm.name
        self.register_outputs({"name": self.name})


def _warm_up(minutes: int) -> aws.cloudwatch.MetricAlarmWarmUpConfigurationArgs | None:
    if minutes == 0:
        return None
    return aws.cloudwatch.MetricAlarmWarmUpConfigurationArgs(
        warm_up_period_duration_in_minutes=minutes
    )


class AlarmTopic(pulumi.ComponentResource):
    """The topic that alarms report to, and the people who subscribe to it."""

    arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        emails: Sequence[str],
        encryption_key: EncryptionKey | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("serverless:index:AlarmTopic", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        topic = aws.sns.Topic(name, kms_master_key_id=arn_of(encryption_key), opts=child)
        for email in emails:
            aws.sns.TopicSubscription(
                f"{name}-{email}",
                topic=topic.arn,
                protocol="email",
                endpoint=email,
                opts=child,
            )
        self.arn = topic.arn
        self.register_outputs({"arn": self.arn})
