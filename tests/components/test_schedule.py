"""A function that runs every so often."""

from __future__ import annotations

import pytest

from pulumi_serverless.blocks.schedule import Schedule, ScheduleArgs
from pulumi_serverless.testing import Graph, record
from tests.components.a_function import a_function

SCHEDULE = "aws:scheduler/schedule:Schedule"
INVOKE_CONFIG = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"


def deployed(expression: str = "rate(5 minutes)") -> Graph:
    def program() -> None:
        args = ScheduleArgs(
            function=a_function("sweep"), expression=expression, description="Sweeps."
        )
        Schedule("sweeping", args)

    return record(program)


def test_neither_the_scheduler_nor_lambda_repeats_a_run() -> None:
    graph = deployed()

    target = graph.only(SCHEDULE).inputs["target"]
    assert target["retryPolicy"] == {"maximumRetryAttempts": 0, "maximumEventAgeInSeconds": 60}
    runs = graph.only(INVOKE_CONFIG).inputs
    assert (runs["maximumRetryAttempts"], runs["maximumEventAgeInSeconds"]) == (0, 60)


@pytest.mark.parametrize("expression", ["rate(1 minute)", "rate(12 hours)", "cron(0 3 * * ? *)"])
def test_it_runs_at_the_times_of_its_expression(expression: str) -> None:
    assert deployed(expression).only(SCHEDULE).inputs["scheduleExpression"] == expression


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "5 minutes",
        "rate(0 minutes)",
        "rate(1 minutes)",
        "rate(2 minute)",
        "cron()",
        "cron(0 3 * * *)",
    ],
)
def test_an_expression_that_aws_would_reject_fails_before_deploy(expression: str) -> None:
    with pytest.raises(ValueError, match=r"expression must (be like rate|not be empty)"):
        deployed(expression)
