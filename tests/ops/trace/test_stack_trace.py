"""`trace` on a whole stack: everything that is found, as text and as one object."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from serverless_ops.cli import commands
from serverless_ops.context import Context
from tests.ops.fakes import ended, stack_outputs

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Logs:
    """A log group for each function, of which the pages are asked for."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.lines: dict[str, list[Any]] = {}

    def get_paginator(self, operation: str) -> Any:
        assert operation == "filter_log_events"
        return SimpleNamespace(paginate=self._paginate)

    def _paginate(self, **arguments: Any) -> Iterator[Any]:
        self.asked.append(arguments)
        for line in self.lines.get(arguments["logGroupName"], []):
            yield {"events": [{"message": line, "timestamp": 1_772_366_400_250}]}


class Functions:
    """Counts how often the configuration of each function is read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def get_function_configuration(self, *, FunctionName: str) -> Any:  # noqa: N803
        self.read.append(FunctionName)
        return {"LoggingConfig": {"LogGroup": f"/logs/{FunctionName}"}}


@pytest.fixture
def logs() -> Logs:
    return Logs()


@pytest.fixture
def functions() -> Functions:
    return Functions()


@pytest.fixture
def types(logs: Logs, functions: Functions) -> Any:
    """Type `trace WORDS` for a stack of two functions and nothing else."""
    outputs = stack_outputs(functions={"take-order": "dev-take", "ship": "dev-ship"})
    clients = {"logs": logs, "lambda": functions, "dynamodb": None}
    context = Context(
        client=lambda service, _: clients[service],
        run=lambda _: ended(0, outputs),
        now=lambda: NOON,
    )

    def run(*words: str) -> Result:
        return CliRunner().invoke(commands, ["trace", *words, "--stack", "dev"], obj=context)

    return run


def _line(**fields: Any) -> str:
    return json.dumps({"message": "taken", "event_id": "e-1", **fields})


def test_the_logs_of_every_function_are_read_from_the_given_time_on(
    types: Any, logs: Logs, functions: Functions
) -> None:
    logs.lines["/logs/dev-take"] = [_line(order_id="o-1")]

    types("o-1", "--since", "2h")

    period = {"startTime": 1_772_359_200_000, "endTime": 1_772_366_400_000}
    assert logs.asked == [
        {"logGroupName": f"/logs/dev-{name}", "filterPattern": f'"{text}"', **period}
        for text in ("o-1", "e-1")
        for name in ("take", "ship")
    ]
    assert functions.read == ["dev-take", "dev-ship"], "each once"
    logs.asked.clear()
    types("o-1")
    assert logs.asked[0]["startTime"] == 1_772_366_400_000 - 24 * 3_600_000


def test_what_is_found_is_shown_in_the_order_of_time(types: Any, logs: Logs) -> None:
    logs.lines["/logs/dev-ship"] = [
        _line(message="shipped", timestamp="2026-03-01T11:30:00.500Z"),
        "START RequestId: e-1",
        '["e-1"]',
        '{"event_id":"e-1","_aws":{}}',
        _line(message="mentions it", event_id="e-10", note="about e-1"),
    ]
    logs.lines["/logs/dev-take"] = [
        _line(timestamp="2026-03-01T11:00:00Z"),
        _line(timestamp="2026-03-01T11:00:00.123Z"),
    ]

    result = types("e-1")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "2026-03-01T11:00:00.123Z take-order",
        "    taken",
        "2026-03-01T11:30:00.500Z ship",
        "    shipped",
        "2026-03-01T12:00:00.250Z take-order",
        "    taken",
        "Now, event e-1: neither waiting nor dead-lettered, and no delivery is recorded",
    ]


def test_programs_get_one_object(types: Any, logs: Logs) -> None:
    logs.lines["/logs/dev-take"] = [_line(correlation_id="c-1", order_id="o-1")]

    assert json.loads(types("e-1", "--json").stdout) == {
        "id": "e-1",
        "steps": [
            {
                "at": "2026-03-01T12:00:00.250Z",
                "where": "take-order",
                "what": "taken",
                "event_id": "e-1",
                "correlation_id": "c-1",
                "about": {"order_id": "o-1"},
            }
        ],
        "events": {
            "e-1": "neither waiting nor dead-lettered, and no delivery is recorded",
        },
        "not_read": {},
    }


def test_nothing_found_is_exit_code_1_with_where_it_was_looked_for(types: Any) -> None:
    result = types("e-1", "--since", "1h")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Error: nothing is known about e-1 in stack dev since 2026-03-01T11:00:00.000Z; "
        "--since 7d looks further back\n"
    )


@pytest.mark.parametrize(
    ("id_", "accepted"),
    [("a", True), ("a" * 512, True), ("a" * 513, False), ("A._=+/#:-9", True), ("a b", False)],
)
def test_an_id_has_1_to_512_letters_digits_or_some_marks(
    types: Any, id_: str, *, accepted: bool
) -> None:
    result = types(id_)

    assert result.exit_code == (1 if accepted else 2)
    refused = "must be 1 to 512 letters, digits or any of ._=+/#:- without spaces, got "
    assert (refused + repr(id_[:60]) in result.stderr) is not accepted


def test_white_space_around_an_id_is_no_part_of_it(types: Any, logs: Logs) -> None:
    types(" e-1 ")

    assert {each["filterPattern"] for each in logs.asked} == {'"e-1"'}
