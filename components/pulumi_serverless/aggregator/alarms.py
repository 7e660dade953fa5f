"""The alarms on an aggregator: answers that lack something, and its own failures."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Annotated

from pulumi_serverless.blocks.argument_checks import Between
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.metric import MathExpression, Metric, own_metric
from pulumi_serverless.blocks.monitoring.alarm import AlarmArgs
from serverless_runtime.aggregator.metrics import ANSWERS, BRANCH, INCOMPLETE, MISSING, NAMESPACE

_FIVE_MINUTES = 300


@dataclass(frozen=True, kw_only=True)
class AggregatorThresholds(Arguments):
    """Each alarm fires at its threshold and above."""

    incomplete_percent: Annotated[int, Between(1, 100)] = 5
    """Percentage of incomplete answers in five minutes, 1 to 100."""

    minimum_answers: Annotated[int, Between(1, 1_000_000)] = 20
    """Minimum number of answers in five minutes for the percentage to count, 1 or more."""

    errors: Annotated[int, Between(1, 1_000_000)] = 5
    """Invocations of the function itself that failed or were throttled in five minutes, 1 or
    more."""


def answers_metric(name: str, metric: str) -> Metric:
    """One of the metrics about all answers of the aggregator."""
    return own_metric(NAMESPACE, metric, "Sum", component=name)


def missing_metric(name: str, branch: str) -> Metric:
    """How often a branch was missing."""
    return own_metric(NAMESPACE, MISSING, "Sum", component=name, dimensions={BRANCH: branch})


def aggregator_alarms(
    name: str,
    *,
    function: PythonFunction,
    thresholds: AggregatorThresholds,
    foundation: Foundation,
) -> list[AlarmArgs]:
    """Return the alarms on answers that lack something, and on a function that fails."""
    alarm = functools.partial(AlarmArgs, foundation=foundation, period_seconds=_FIVE_MINUTES)
    minimum = thresholds.minimum_answers
    return [
        alarm(
            id="answers-incomplete",
            description=f"At least {thresholds.incomplete_percent} % of the answers of {name} in "
            "the last five minutes lacked a branch, or had one from before.",
            metric=MathExpression(
                expression=f"IF(answers >= {minimum}, 100 * incomplete / answers, 0)",
                metrics={
                    "answers": answers_metric(name, ANSWERS),
                    "incomplete": answers_metric(name, INCOMPLETE),
                },
            ),
            threshold=thresholds.incomplete_percent,
        ),
        alarm(
            id="aggregator-errors",
            description=f"The function {function.logical_name} failed or was throttled "
            f"{thresholds.errors} times in five minutes: its callers got no answer at all, "
            "whichever services were well.",
            metric=function.failed_runs(),
            threshold=thresholds.errors,
        ),
    ]
