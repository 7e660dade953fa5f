"""`dead-letters show`."""

from __future__ import annotations

import json

import pytest

from tests.ops.fakes import Operator, Queue, an_event


@pytest.mark.parametrize("by", ["event", "message"])
def test_one_dead_letter_is_shown_in_full(queue: Queue, operator: Operator, by: str) -> None:
    queue.add_failed(an_event("other"))
    message_id = queue.add_failed(an_event(data={"title": "u"}))

    result = operator.types("show", {"event": "e-1", "message": message_id}[by])

    assert result.exit_code == 0
    for line in (
        f"message id  {message_id}",
        "error       MailboxFullError: mailbox is full",
        "condition   RetriesExhausted",
        "attempts    3",
        "failed at   2026-03-01T09:30:00.000Z",
        "request id  r-1",
        '    "title": "u"',
    ):
        assert line in result.stdout.splitlines()
    assert (queue.visible(), queue.hidden()) == (2, 0)


def test_an_unreadable_message_is_shown_as_it_is(queue: Queue, operator: Operator) -> None:
    message_id = queue.add("by hand")

    result = operator.types("show", message_id)

    assert "unreadable: the message is not JSON" in result.stdout
    assert result.stdout.endswith("\nby hand\n")


def test_json_holds_the_event_or_the_body(queue: Queue, operator: Operator) -> None:
    queue.add_failed(an_event())
    message_id = queue.add("by hand")

    payload = json.loads(operator.types("show", "e-1", "--json").stdout)["payload"]
    assert json.loads(payload) == an_event()
    assert json.loads(operator.types("show", message_id, "--json").stdout)["body"] == "by hand"


def test_an_unknown_id_is_reported_with_how_many_were_read(
    queue: Queue, operator: Operator
) -> None:
    queue.add_failed(an_event())
    queue.add_failed(an_event("e-3"))

    result = operator.types("show", "e-2")

    assert result.exit_code == 1
    assert "no dead letter with the event id or message id 'e-2' among 2 read" in result.stderr
    assert queue.visible() == 2


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_id_is_refused_before_any_message_is_received(
    queue: Queue, operator: Operator, text: str
) -> None:
    queue.add_failed(an_event())

    result = operator.types("show", text)

    assert (result.exit_code, operator.connections) == (2, [])
    assert f"must not be empty, got {text!r} (an unset variable?)" in result.stderr
