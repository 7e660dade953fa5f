"""What cannot be made visible again is reported, with its end; nothing is lost."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from tests.ops.fakes import Operator, Overriding, Queue, an_event, service_error

STILL = re.compile(
    r"Warning: (\d+) dead letters in dead-letters stay hidden from every reader, until "
)


def _denied(**_: Any) -> Any:
    raise service_error("AccessDenied", "ChangeMessageVisibilityBatch")


def _interrupted(**_: Any) -> Any:
    raise KeyboardInterrupt


@pytest.fixture
def filled(queue: Queue) -> Queue:
    for number in range(23):
        queue.add_failed(an_event(f"e-{number}"))
    return queue


@pytest.mark.parametrize("command", ["list", "export", "replay", "purge"])
def test_messages_that_may_not_be_released_are_counted_with_their_end(
    filled: Queue, operator: Operator, command: str
) -> None:
    operator.sqs = Overriding(filled.sqs, change_message_visibility_batch=_denied)

    result = operator.types(command)

    assert result.exit_code == 1
    found = STILL.search(result.stderr)
    assert found is not None, result.stderr
    assert found[1] == "23"
    assert "sqs:ChangeMessageVisibility" in result.stderr
    assert "visible again" not in result.stdout
    assert filled.hidden() == 23


def test_a_release_that_ends_in_between_counts_what_is_left(
    filled: Queue, operator: Operator
) -> None:
    calls: list[Any] = []

    def second_fails(**arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) > 1:
            _denied()
        return filled.sqs.change_message_visibility_batch(**arguments)

    operator.sqs = Overriding(filled.sqs, change_message_visibility_batch=second_fails)

    result = operator.types("replay", "--json")

    assert "13 dead letters" in json.loads(result.stdout)["still_hidden"]
    assert filled.hidden() == 13


def test_a_second_ctrl_c_while_they_are_released_is_reported(
    filled: Queue, operator: Operator
) -> None:
    operator.sqs = Overriding(filled.sqs, change_message_visibility_batch=_interrupted)

    result = operator.types("list")

    assert result.exit_code == 130
    assert STILL.search(result.stderr)
    assert "interrupted while they were released" in result.stderr


@pytest.mark.parametrize("option", ["--error", "--id", "--type", "--subject"])
@pytest.mark.parametrize("command", ["list", "export", "replay", "purge"])
def test_an_empty_filter_is_refused_instead_of_matching_everything(
    operator: Operator, command: str, option: str
) -> None:
    result = operator.types(command, option, " ")

    assert result.exit_code == 2
    assert f"{option} must not be empty" in result.stderr


def test_an_export_never_overwrites_a_file(
    filled: Queue, operator: Operator, tmp_path: Path
) -> None:
    file = tmp_path / "export.jsonl"

    first = operator.types("export", "--to", str(file))
    again = operator.types("export", "--to", str(file))

    assert (first.exit_code, again.exit_code) == (0, 2)
    assert len(file.read_text().splitlines()) == 23
    assert file.stat().st_mode & 0o777 == 0o600
    assert filled.hidden() == 0


def test_a_response_that_was_lost_may_have_hidden_some(filled: Queue, operator: Operator) -> None:
    responses = iter([True, False])

    def receive(**arguments: Any) -> Any:
        received = filled.sqs.receive_message(**arguments)
        if next(responses):
            return received
        raise ReadTimeoutError(endpoint_url="https://sqs")

    operator.sqs = Overriding(filled.sqs, receive_message=receive)

    result = operator.types("replay", "--apply")

    assert result.exit_code == 3
    assert "0 to 10 dead letters in dead-letters stay hidden" in result.stderr
    assert "a response that was lost" in result.stderr
    assert filled.hidden() == 10
