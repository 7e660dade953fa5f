"""What an alarm evaluates: one CloudWatch metric, or a math expression over several."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.argument_checks import Matches, Size, require_known
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.names import component_name
from serverless_runtime.shared.metrics import COMPONENT, COMPONENT_VARIABLE

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
MAX_METRICS_PER_ALARM = 10
MAX_DIMENSIONS = 30

_Key = Annotated[str, Matches(r"[a-z][A-Za-z0-9_]{0,254}", "a name such as in_flight")]

_PLAIN_STATISTICS = ("Average", "Maximum", "Minimum", "SampleCount", "Sum")

Statistic = Annotated[
    str,
    Matches(
        r"Average|Maximum|Minimum|SampleCount|Sum|(p|tm|wm|tc|ts)\d{1,2}(\.\d+)?|p100",
        f"a statistic ({', '.join(_PLAIN_STATISTICS)}, or such as p99)",
    ),
]


@dataclass(frozen=True, kw_only=True)
class Metric(Arguments):
    """One metric with one set of dimensions."""

    namespace: str
    """Who publishes it, e.g. "AWS/Lambda"."""

    name: str
    """What CloudWatch calls it, e.g. "Errors"."""

    dimensions: Annotated[Mapping[str, pulumi.Input[str]], Size(0, MAX_DIMENSIONS)]
    """What it is a metric of, e.g. the function's name under "FunctionName"; at most 30."""

    statistic: Statistic
    """How a period's values are aggregated: "Maximum", "Sum", or a percentile such as "p99"."""

    @property
    def is_percentile(self) -> bool:
        """Whether the statistic is a percentile, for which alarms have a separate property."""
        return self.statistic not in _PLAIN_STATISTICS


def own_metric(
    namespace: str,
    name: str,
    statistic: str,
    *,
    component: str,
    dimensions: Mapping[str, str] | None = None,
) -> Metric:
    """Return a metric that the functions of a component emit themselves.

    `component` is the component's logical name; `metrics_environment` gives it to the functions.
    """
    dimensions = {COMPONENT: component_name(component), **(dimensions or {})}
    return Metric(namespace=namespace, name=name, dimensions=dimensions, statistic=statistic)


def metrics_environment(component: str) -> dict[str, str]:
    """Return what a function needs to emit metrics of its own; see `own_metric`."""
    return {COMPONENT_VARIABLE: component_name(component)}


@dataclass(frozen=True, kw_only=True)
class MathExpression(Arguments):
    """Metric math over 1 to 10 metrics, referred to by their keys: lower case, `a_b`.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    """

    expression: str
    """The formula, e.g. "visible + in_flight"."""

    metrics: Annotated[Mapping[_Key, Metric], Size(1, MAX_METRICS_PER_ALARM)]
    """What the names in the expression stand for, 1 to 10."""

    def __post_init__(self) -> None:
        super().__post_init__()
        # Functions and keywords are in capitals, and text is in quotes.
        for name in re.findall(r"\b[a-z]\w*", re.sub(r"'[^']*'|\"[^\"]*\"", "", self.expression)):
            require_known("each name in the expression", name, self.metrics)

    def queries(
        self, period_seconds: int, label: str
    ) -> list[aws.cloudwatch.MetricAlarmMetricQueryArgs]:
        """The expression, named `label`, and its metrics, as a MetricAlarm takes them."""
        sources = [
            aws.cloudwatch.MetricAlarmMetricQueryArgs(
                id=key,
                metric=aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
                    namespace=metric.namespace,
                    metric_name=metric.name,
                    dimensions=metric.dimensions,
                    stat=metric.statistic,
                    period=period_seconds,
                ),
            )
            for key, metric in self.metrics.items()
        ]
        result = aws.cloudwatch.MetricAlarmMetricQueryArgs(
            id="result", expression=self.expression, label=label, return_data=True
        )
        return [result, *sources]
