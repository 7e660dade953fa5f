"""What AWS would refuse in a deployment is refused where it is written."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_serverless import Key, MathExpression, Metric, ScheduleArgs, Table, TableArgs
from pulumi_serverless.testing import record
from tests.components.a_function import FOUNDATION, a_function, made_function

KEY = Key(partition="id")
METRIC = Metric(namespace="n", name="m", dimensions={}, statistic="Sum")


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("cron(0 12 * * ?)", "cron has 6 fields, not 5"),
        ("cron(0 12 1 * MON *)", "either the day of the month or that of the week must be"),
        ("cron(0 12 ? * ? *)", "either the day of the month or that of the week must be"),
        ("cron(60 12 * * ? *)", "the minutes cannot be 60"),
        ("cron(0 24 * * ? *)", "the hours cannot be 24"),
        ("cron(0 0 32 * ? *)", "the day of the month cannot be 32"),
        ("cron(0 0 1 JANUARY ? *)", "the month cannot be JANUARY"),
        ("cron(0 0 ? * 8 *)", "the day of the week cannot be 8"),
        ("cron(0 0 1 * ? 1969)", "the year cannot be 1969"),
        ("rate(1 minutes)", "it is neither"),
        ("at(2026-01-01T00:00:00)", "it is neither"),
    ],
)
def test_a_schedule_that_eventbridge_does_not_know_is_refused(
    expression: str, problem: str
) -> None:
    with pytest.raises(ValueError, match=f"expression must be like .*: {problem}"):
        ScheduleArgs(function=made_function(), expression=expression, description="d")


@pytest.mark.parametrize(
    "expression",
    [
        *("cron(0 10 * * ? *)", "cron(15 12 ? * MON-FRI *)", "cron(0/15 8-17 ? * 2-6 2026-2030)"),
        *("cron(0 8 1,15 JAN-MAR ? *)", "cron(0 9 L * ? *)", "cron(0 9 3W * ? *)"),
        *("cron(0 9 ? * 6#3 *)", "cron(0 9 ? * 5L *)", "rate(1 hour)", "rate(12 hours)"),
    ],
)
def test_a_schedule_of_eventbridges_documentation_is_accepted(expression: str) -> None:
    assert ScheduleArgs(function=made_function(), expression=expression, description="d")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            {"indexes": {"by owner": KEY}},
            "indexes must be 3 to 255 letters, .* 'by owner'",
        ),
        ({"indexes": {"by": KEY}}, "a key of indexes must be 3 to 255 letters"),
        ({"indexes": {f"by-{n}": KEY for n in range(21)}}, "indexes must have 0 to 20 entries"),
    ],
)
def test_an_index_that_dynamodb_refuses_is_refused(arguments: dict[str, Any], text: str) -> None:
    def program() -> None:
        Table("orders", TableArgs(foundation=FOUNDATION, key=KEY, **arguments))

    with pytest.raises(ValueError, match=text):
        record(program)


def test_a_key_has_two_attributes_of_at_most_255_characters() -> None:
    with pytest.raises(ValueError, match="sort must be another attribute than partition, got 'a'"):
        Key(partition="a", sort="a")
    with pytest.raises(ValueError, match="partition must be a name of at most 255 characters"):
        Key(partition="a" * 256)


@pytest.mark.parametrize(
    ("expression", "metrics", "text"),
    [
        ("A + 1", {"A": METRIC}, "a key of metrics must be a name such as in_flight, got 'A'"),
        ("shown + 1", {"shwon": METRIC}, "must be one of shwon, got 'shown'; did you mean shwon"),
    ],
)
def test_metric_math_names_what_there_is(
    expression: str, metrics: dict[str, Metric], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        MathExpression(expression=expression, metrics=metrics)


def test_text_and_functions_of_metric_math_are_no_names() -> None:
    expression = "SEARCH('{ns} orders', \"Sum\") + FILL(found, 0) / 1e3"
    assert MathExpression(expression=expression, metrics={"found": METRIC})


def test_a_metric_has_at_most_30_dimensions() -> None:
    many = {f"d{number}": "x" for number in range(31)}
    with pytest.raises(ValueError, match="dimensions must have 0 to 30 entries, got 31"):
        Metric(namespace="n", name="m", dimensions=many, statistic="Sum")


def test_a_permission_is_for_an_arn() -> None:
    def program() -> None:
        a_function("w").allow("send", actions=["sqs:SendMessage"], resources=["orders"])

    with pytest.raises(ValueError, match=r"resources\[0\] must be an ARN, or \*, got 'orders'"):
        record(program)


@pytest.mark.parametrize(("value", "shown"), [("a\0b", "U.0000"), ("\ud800", "U.D800")])
def test_text_that_no_service_takes_is_refused(value: str, shown: str) -> None:
    with pytest.raises(ValueError, match=rf"environment\['AB'\] must be text, got {shown} in it"):
        record(lambda: a_function("w", environment={"AB": value}))
