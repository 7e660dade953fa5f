"""CloudWatch alarms on metrics, and composite alarms over several of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.argument_checks import (
    AtLeast,
    Between,
    Matches,
    Size,
    require_at_most,
)
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.metric import MathExpression, Metric
from pulumi_serverless.blocks.names import component_name

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
_MAX_DESCRIPTION_CHARACTERS = 1_024

_SECONDS_PER_HOUR, _SECONDS_PER_DAY = 3_600, 86_400


@dataclass(frozen=True, kw_only=True)
class _Described(Arguments):
    """What all alarms have in common."""

    id: Annotated[str, Matches(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", "lower-case words with hyphens")]
    """Short name of the alarm and of its runbook page, e.g. "api-errors"."""

    description: str
    """What happened and what it means, for the on-call engineer. The runbook page is appended."""

    foundation: Foundation
    """The location of the runbook, and for an alarm on a metric the topic to notify."""

    def __post_init__(self) -> None:
        super().__post_init__()
        page = self.foundation.runbook_page(self.id)
        require_at_most(
            f"the length of description ({len(self.description)}), with its page in "
            f"foundation.runbook_url ({len(page)}),",
            len(self.full_description),
            _MAX_DESCRIPTION_CHARACTERS,
        )

    @property
    def full_description(self) -> str:
        """The description with the runbook page."""
        return f"{self.description} What to do: {self.foundation.runbook_page(self.id)}"


@dataclass(frozen=True, kw_only=True)
class AlarmArgs(_Described):
    """When one alarm fires: at `threshold` and above, in enough of its periods."""

    metric: Metric | MathExpression
    """What is compared with the threshold."""

    threshold: float = 1
    """Value at which the alarm fires."""

    period_seconds: Annotated[int, Between(10, 86_400)] = 60
    """Length of a datapoint, 10 to 86400: 10, 20, 30, or a multiple of 60; AWS's own metrics come
    every 60."""

    evaluation_periods: Annotated[int, AtLeast(1)] = 1
    """How many of the latest periods are evaluated, 1 or more. Together they are a day at most; a
    week if each is an hour or more."""

    datapoints_to_alarm: Annotated[int, AtLeast(1)] | None = None
    """How many of those must breach, 1 to all; left out, all."""

    treat_missing_data: Literal["breaching", "notBreaching"] = "notBreaching"
    """How a period without a datapoint is evaluated. Most metrics are published only when there is
    something to count; use "breaching" if missing data means that the publisher has stopped."""

    warm_up_minutes: Annotated[int, Between(0, 1_440)] = 0
    """How long a new alarm waits for the first datapoints, 0 to 1440; it ends when there are
    enough.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-warm-up.html"""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.datapoints_to_alarm is not None:
            require_at_most(
                "datapoints_to_alarm", self.datapoints_to_alarm, self.evaluation_periods
            )
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
        whole_minutes = self.period_seconds % 60 == 0
        if self.period_seconds not in (10, 20, 30) and not whole_minutes:
            raise ValueError(
                f"period_seconds must be 10, 20, 30 or a multiple of 60, got {self.period_seconds}"
            )
        require_at_most(
            "evaluation_periods times period_seconds (a day; a week if period_seconds is 3600 or "
            "more)",
            self.evaluation_periods * self.period_seconds,
            _SECONDS_PER_DAY if self.period_seconds < _SECONDS_PER_HOUR else 7 * _SECONDS_PER_DAY,
        )


class Alarm(aws.cloudwatch.MetricAlarm):
    """An alarm on one metric, or on a math expression over several."""

    def __init__(
        self, name: str, args: AlarmArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(
            name,
            alarm_description=args.full_description,
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=args.threshold,
            evaluation_periods=args.evaluation_periods,
            datapoints_to_alarm=args.datapoints_to_alarm,
            treat_missing_data=args.treat_missing_data,
            warm_up_configuration={"warm_up_period_duration_in_minutes": args.warm_up_minutes}
            if args.warm_up_minutes
            else None,
            alarm_actions=[args.foundation.alarm_topic_arn],
            ok_actions=[args.foundation.alarm_topic_arn],
            **_metric_inputs(args),
            opts=opts,
        )


def make_alarms(
    name: str, alarms: Iterable[AlarmArgs], opts: pulumi.ResourceOptions
) -> list[Alarm]:
    """Create the alarms of the component `name`, each named `<name>-<alarm id>`."""
    return [Alarm(f"{name}-{args.id}", args, opts=opts) for args in alarms]


@dataclass(frozen=True, kw_only=True)
class CompositeAlarmArgs(_Described):
    """The alarms that are combined."""

    alarms: Annotated[Sequence[Alarm], Size(1, 100)]
    """The alarms that put this one into alarm, any of them; 1 to 100."""


class CompositeAlarm(aws.cloudwatch.CompositeAlarm):
    """In alarm while any of its alarms is. It notifies nobody; those alarms do."""

    def __init__(
        self, name: str, args: CompositeAlarmArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(
            name,
            # Pulumi generates no name for this type, and alarm names are unique in an account.
            alarm_name=component_name(name),
            alarm_description=args.full_description,
            alarm_rule=pulumi.Output.all(*(each.arn for each in args.alarms)).apply(_any_of),
            opts=opts,
        )

    @property
    def name(self) -> pulumi.Output[str]:
        """Name of the alarm in CloudWatch."""
        return self.alarm_name


def _any_of(alarm_arns: Sequence[str]) -> str:
    return " OR ".join(f'ALARM("{arn}")' for arn in alarm_arns)


def _metric_inputs(args: AlarmArgs) -> dict[str, Any]:
    metric = args.metric
    if isinstance(metric, MathExpression):
        return {"metric_queries": metric.queries(args.period_seconds, args.id)}
    inputs: dict[str, Any] = {
        "namespace": metric.namespace,
        "metric_name": metric.name,
        "dimensions": metric.dimensions,
        "period": args.period_seconds,
    }
    if metric.is_percentile:
        # A percentile of a few samples is meaningless: with these, the state does not change.
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
        percentile = {
            "extended_statistic": metric.statistic,
            "evaluate_low_sample_count_percentiles": "ignore",
        }
        return inputs | percentile
    return inputs | {"statistic": metric.statistic}
