"""Lines of JSON are found in logs; everything else is passed over."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from serverless_ops.aws.logs import LogLine, lines_with

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WRITTEN_MS = 1_772_366_400_999


class _Logs:
    def __init__(self, *messages: str) -> None:
        self.messages = messages
        self.asked: list[Any] = []

    def get_paginator(self, operation: str) -> Any:
        assert operation == "filter_log_events"
        return self

    def paginate(self, **arguments: Any) -> Any:
        self.asked.append(arguments)
        return [
            {"events": [{"message": message, "timestamp": WRITTEN_MS}]} for message in self.messages
        ]


def _lines(*messages: str) -> list[LogLine]:
    until = NOON + timedelta(milliseconds=1)
    return lines_with(_Logs(*messages), {"f": "/g"}, "x", since=NOON, until=until)


def test_a_group_is_asked_for_the_text_in_the_period_to_the_millisecond() -> None:
    logs = _Logs()
    until = NOON + timedelta(milliseconds=1)

    assert lines_with(logs, {"a": "/a", "b": "/b"}, "e-1", since=NOON, until=until) == []
    assert logs.asked == [
        {
            "logGroupName": group,
            "filterPattern": '"e-1"',
            "startTime": 1_772_366_400_000,
            "endTime": 1_772_366_400_001,
        }
        for group in ("/a", "/b")
    ]


@pytest.mark.parametrize(
    "message",
    ["[" * 99_999, "START RequestId: x", '["message"]', '{"_aws": {}}', '"message"', "7", ""],
)
def test_what_is_no_line_of_a_program_is_passed_over(message: str) -> None:
    [line] = _lines(message, '{"message": "m"}')

    assert line.fields == {"message": "m"}


@pytest.mark.parametrize(
    ("timestamp", "at"),
    [
        ("2026-03-01T11:00:00.250Z", datetime(2026, 3, 1, 11, 0, 0, 250_000, UTC)),
        ("2026-03-01T11:00:00Z", datetime(2026, 3, 1, 12, 0, 0, 999_000, UTC)),
        ("1.5", datetime(2026, 3, 1, 12, 0, 0, 999_000, UTC)),
        (None, datetime(2026, 3, 1, 12, 0, 0, 999_000, UTC)),
    ],
)
def test_a_line_has_its_own_time_if_that_has_milliseconds(
    timestamp: str | None, at: datetime
) -> None:
    fields = {"message": "m"} if timestamp is None else {"message": "m", "timestamp": timestamp}

    assert _lines(json.dumps(fields)) == [LogLine(at=at, function="f", fields=fields)]


@pytest.mark.parametrize(("value", "text"), [("a", "a"), ("", None), (7, None), (None, None)])
def test_a_field_is_a_text_that_is_not_empty(value: object, text: str | None) -> None:
    [line] = _lines(json.dumps({"message": "m", "n": value}))

    assert (line.text("n"), line.text("other")) == (text, None)
