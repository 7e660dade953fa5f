"""`dead-letters list`."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.kinds.invocation import read
from serverless_ops.dead_letters.list_command import show_groups
from serverless_runtime.shared.timestamps import to_text
from tests.ops.fakes import Operator, Overriding, Queue, a_record, an_event


def _failing(queue: Queue, number: int, **event: Any) -> None:
    failed_at = datetime.now(UTC) - timedelta(hours=number, minutes=5, seconds=30)
    error = {"errorType": "MailboxFullError", "errorMessage": f"mailbox of user{number}@x.org full"}
    queue.add_failed(
        an_event(f"e-{number}", **event), timestamp=to_text(failed_at), responsePayload=error
    )


def test_errors_of_one_shape_are_one_group_with_count_age_and_types(
    queue: Queue, operator: Operator
) -> None:
    _failing(queue, 1)
    _failing(queue, 2)
    _failing(queue, 3, type="task.deleted.v1")
    queue.add("by hand")

    text = operator.types("list").stdout

    assert "4 dead letters in dead-letters, 1 unreadable" in text
    assert "3x MailboxFullError: mailbox of <address> full" in text
    assert "oldest 3h 5m ago · task.created.v1 2, task.deleted.v1 1" in text
    assert "1x unreadable: the message is not JSON" in text


def test_json_holds_the_groups_and_every_dead_letter_without_payload(
    queue: Queue, operator: Operator
) -> None:
    message_id = queue.add_failed(an_event(data={"title": "secret"}))

    result = operator.types("list", "--json")

    found = json.loads(result.stdout)
    assert (found["read"], found["matched"], found["hidden_elsewhere"]) == (1, 1, 0)
    assert found["groups"] == [
        {
            "error": "MailboxFullError: mailbox is full",
            "count": 1,
            "oldest_at": "2026-03-01T09:30:00.000Z",
            "event_types": {"task.created.v1": 1},
        }
    ]
    (dead_letter,) = found["dead_letters"]
    assert (dead_letter["message_id"], dead_letter["event_id"]) == (message_id, "e-1")
    assert (dead_letter["attempts"], dead_letter["replays"], dead_letter["receives"]) == (3, 0, 1)
    assert "secret" not in result.output


def test_a_bare_event_is_listed_with_the_error_in_its_attributes(
    queue: Queue, operator: Operator
) -> None:
    queue.add(
        json.dumps(an_event()), RequestID="r-9", ErrorCode="200", ErrorMessage="mailbox is full"
    )

    (dead_letter,) = json.loads(operator.types("list", "--json").stdout)["dead_letters"]

    assert dead_letter["error"] == "mailbox is full"
    assert (dead_letter["request_id"], dead_letter["error_code"]) == ("r-9", "200")


def test_reading_leaves_everything_visible_and_shows_its_cost(
    queue: Queue, operator: Operator
) -> None:
    for number in range(12):
        queue.add_failed(an_event(f"e-{number}"))

    operator.types("list")
    operator.types("list")
    text = operator.types("list").stdout

    assert (queue.visible(), queue.hidden()) == (12, 0)
    assert "8 SQS requests ($0.000003)" in text
    assert "one receive per message; 12 have 3 or more" in text


def test_the_help_states_what_reading_costs(operator: Operator) -> None:
    text = " ".join(operator.types_exactly("list", "--help").stdout.split())

    for cost in (
        "SQS counts a receive for every message read",
        "after the third the metric ApproximateAgeOfOldestMessage no longer counts the message",
        "messages are hidden from other readers",
        "SQS charges by the request",
    ):
        assert cost in text


def test_what_another_reader_hides_is_reported(queue: Queue, operator: Operator) -> None:
    queue.add_failed(an_event())
    queue.sqs.receive_message(QueueUrl=queue.url, VisibilityTimeout=60)

    assert "About 1 more are hidden" in operator.types("list").stdout


def test_filters_narrow_the_list(queue: Queue, operator: Operator) -> None:
    _failing(queue, 1)
    _failing(queue, 30)

    text = operator.types("list", "--since", "1d").stdout

    assert "1 of 2 dead letters" in text


def test_each_is_a_line_per_dead_letter(queue: Queue, operator: Operator) -> None:
    queue.add_failed(an_event())

    assert (
        "2026-03-01T09:30:00.000Z e-1 task.created.v1 MailboxFullError: mailbox is full\n"
        in operator.types("list", "--each").stdout
    )


def test_an_empty_queue_is_no_error(operator: Operator) -> None:
    result = operator.types("list")

    assert (result.exit_code, result.stdout.splitlines()[0]) == (
        0,
        "0 dead letters in dead-letters",
    )


def test_ctrl_c_while_reading_releases_everything(queue: Queue) -> None:
    queue.add_failed(an_event())

    def interrupted(**arguments: Any) -> Any:
        if queue.hidden():
            raise KeyboardInterrupt
        return queue.sqs.receive_message(**arguments)

    operator = Operator(queue, sqs=Overriding(queue.sqs, receive_message=interrupted))

    assert operator.types("list").exit_code == 130
    assert queue.visible() == 1


@pytest.mark.parametrize("attack", ["\x1b[2Jgone", "a\rb", "\u202eevil", "[red]markup[/red]"])
def test_an_error_text_cannot_steer_the_terminal(
    queue: Queue, operator: Operator, attack: str
) -> None:
    error = {"errorType": "Error", "errorMessage": attack}
    queue.add_failed(an_event(type=attack), responsePayload=error)

    for words in (("list",), ("list", "--each"), ("list", "--json"), ("show", "e-1")):
        text = operator.types(*words).stdout
        assert all(char.isprintable() or char == "\n" for char in text)
        assert "red]markup" in text or "[red]" not in attack


def test_nothing_is_cut_off_on_a_narrow_terminal() -> None:
    dead_letter = DeadLetter.from_message(
        {"MessageId": "m" * 36, "Body": json.dumps(a_record(an_event("e" * 36)))}, read
    )
    file = io.StringIO()

    show_groups(Console(file=file, width=30, highlight=False), [dead_letter], datetime.now(UTC))

    lines = file.getvalue().splitlines()
    assert max(map(len, lines)) <= 30
    assert "e" * 36 in "".join(line.strip() for line in lines)
