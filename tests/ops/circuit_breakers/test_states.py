"""A circuit breaker in words, whatever its state."""

from __future__ import annotations

import json

import pytest

from tests.ops.circuit_breakers.test_circuit_breakers_command import ROWS, types
from tests.ops.deliveries_table import CLOSED, NOON, Reader
from tests.ops.fakes import stack_outputs

LATER = "2026-03-01T12:00:30.000Z"


@pytest.mark.parametrize(
    ("until", "text"),
    [
        (NOON + 30, f"sms: open, until {LATER}"),
        (NOON, "sms: open, the next call is a probe"),
        (NOON - 1, "sms: open, the next call is a probe"),
    ],
)
def test_an_open_one_says_when_it_is_tried_again(reader: Reader, until: int, text: str) -> None:
    reader.opened("sms", until=until)

    assert types(reader, "circuit-breakers").stdout.splitlines()[1] == text


@pytest.mark.parametrize(
    ("until", "text"),
    [
        (NOON + 30, f"sms: half open, a probe is running until {LATER} at the latest"),
        (NOON, "sms: half open, its probe did not finish: the next call is a new probe"),
    ],
)
def test_a_half_open_one_says_what_its_probe_does(reader: Reader, until: int, text: str) -> None:
    reader.now = NOON - 60
    reader.opened("sms", until=NOON - 60)
    reader.breakers.acquire_probe("sms", "two", until=until, now=NOON - 50)
    reader.now = NOON

    assert types(reader, "circuit-breakers").stdout.splitlines()[1] == text


@pytest.mark.parametrize(("trips", "text"), [(1, "opened once"), (2, "opened 2 times")])
def test_it_is_told_how_often_it_has_opened(reader: Reader, trips: int, text: str) -> None:
    for trip in range(trips):
        if trip:
            reader.breakers.acquire_probe("sms", "two", until=NOON, now=NOON)
            reader.breakers.reopen("sms", "two", "SES did not respond", until=NOON, now=NOON)
        else:
            reader.opened("sms", until=NOON)

    assert text in types(reader, "circuit-breakers").stdout


def test_failures_so_far_are_told_before_it_opens(reader: Reader) -> None:
    reader.breakers.count_failure("sms", "HTTP 503", NOON)
    reader.now += 60

    assert types(reader, "circuit-breakers").stdout.splitlines()[1:] == [
        "sms: closed",
        "    since 2026-03-01T12:00:00.000Z, 1m ago",
        "    1 failure in a row, not opened since",
        "    last error at 2026-03-01T12:00:00.000Z: HTTP 503",
    ]


def test_one_with_failures_is_closed_and_one_without_left_as_it_is(reader: Reader) -> None:
    reader.breakers.count_failure("sms", "HTTP 503", NOON)

    counted = types(reader, "circuit-breakers", "close", "sms")
    untouched = types(reader, "circuit-breakers", "close", "email")
    unknown = types(reader, "circuit-breakers", "close", "fax")

    assert counted.stdout == CLOSED.format("sms")
    assert untouched.stdout == "email is already closed; nothing was changed.\n"
    assert (unknown.exit_code, unknown.stdout, unknown.stderr) == (
        1,
        "",
        "Error: there is no circuit breaker 'fax'; there are: email, sms\n",
    )


def test_json_has_a_line_for_each_component(reader: Reader) -> None:
    rows = {**ROWS, "circuits": ["email"]}
    reader.pulumi_returns(stack_outputs(circuitBreakers={"alerts": rows, "notifications": ROWS}))

    lines = reader.types_exactly("circuit-breakers", "--json", "--stack", "dev").stdout.splitlines()

    circuits = [[e["circuit"] for e in json.loads(line)["circuit_breakers"]] for line in lines]
    assert circuits == [["email"], ["email", "sms"]]


def test_options_follow_the_group_or_its_list_and_help_is_that_of_the_group(
    reader: Reader,
) -> None:
    assert (
        types(reader, "circuit-breakers").stdout == types(reader, "circuit-breakers", "list").stdout
    )
    text = reader.types_exactly("circuit-breakers", "--help").stdout
    assert "close" in text
    assert "list" in text
