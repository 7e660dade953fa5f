"""A function that runs every so often."""

from __future__ import annotations

import re

import pytest

from pulumi_serverless.blocks.schedule import Schedule, ScheduleArgs
from pulumi_serverless.testing import Graph, record
from tests.components.a_function import a_function, made_function

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


@pytest.mark.parametrize(
    "expression",
    [
        *("rate(1 minute)", "rate(12 hours)", "rate(365 days)", "rate(525600 minutes)"),
        *("cron(0 3 * * ? *)", "cron(05 08-17/2 ? * MON-FRI *)", "cron(0/5 8-17,20 ? * FRI-1 *)"),
        *("cron(/10 * L JAN,7-SEP ? 2027/2)", "cron(0 0 15W * ? 1970-2199)"),
        *("cron(0 18 ? * 6L *)", "cron(0 18 ? * FRI#5 *)", "cron(59,0 23 31 12 ? 2199)"),
    ],
)
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
        "rate(1٣ minutes)",
        "cron()",
        "cron(0 3 * * *)",
        "cron(0 3 * * * *)",
        "cron(0 3 ? * ? *)",
        "cron(0 " + "3," * 125 + "3 * * ? *)",
    ],
)
def test_an_expression_that_aws_would_reject_fails_before_deploy(expression: str) -> None:
    with pytest.raises(ValueError, match=r"expression must (be like rate|not be empty)"):
        deployed(expression)


@pytest.mark.parametrize(
    ("expression", "longest"),
    [
        ("rate(366 days)", "365 days"),
        ("rate(99999999999 days)", "365 days"),
        ("rate(8761 hours)", "8760 hours"),
        ("rate(525601 minutes)", "525600 minutes"),
    ],
)
def test_a_rate_is_a_year_at_most(expression: str, longest: str) -> None:
    problem = re.escape(f"got {expression!r}: a rate can be {longest}; use cron")
    with pytest.raises(ValueError, match=problem):
        deployed(expression)


@pytest.mark.parametrize(
    ("number", "name", "given"),
    [
        *((0, "minutes", each) for each in ("---", "60", "1-", "-1", "5/", "/", "*/0", "0/5L")),
        *((0, "minutes", each) for each in ("1,,2", ",", "1-2-3", "1/2/3", "**", "?", "L", "٣")),
        *((1, "hours", each) for each in (",,,", "24", "1-24")),
        *((2, "day of the month", each) for each in ("0", "32", "LW", "32W", "0W", "W", "1W,2W")),
        *((3, "month", each) for each in ("0", "13", "MON", "JANFEB", "-")),
        *((4, "day of the week", each) for each in ("0", "8", "3#6", "3#0", "3#1,6#3", "#", "JAN")),
        *((5, "year", each) for each in ("1969", "2200", "00002027")),
    ],
)
def test_a_field_that_aws_would_reject_is_named(number: int, name: str, given: str) -> None:
    fields = ["0", "0", "1", "*", "?", "*"]
    fields[2:5] = ["?", "*", "1"] if number == 4 else fields[2:5]
    fields[number] = given

    with pytest.raises(ValueError, match=re.escape(f": the {name} cannot be {given}")):
        deployed(f"cron({' '.join(fields)})")


def test_a_description_has_512_characters_at_most() -> None:
    def described(length: int) -> ScheduleArgs:
        return ScheduleArgs(
            function=made_function(), expression="rate(1 day)", description="x" * length
        )

    assert described(512)
    with pytest.raises(ValueError, match=r"^the length of description .* 512, got 513$"):
        described(513)
