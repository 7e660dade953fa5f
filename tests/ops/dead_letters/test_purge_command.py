"""`dead-letters purge`."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.ops.fakes import Operator, Overriding, Queue, a_record, an_event, service_error


@pytest.fixture
def save(tmp_path: Path) -> Path:
    return tmp_path / "saved.jsonl"


def test_without_apply_nothing_is_deleted_or_saved(
    queue: Queue, operator: Operator, save: Path
) -> None:
    queue.add_failed(an_event())

    result = operator.types("purge", "--save", str(save))

    assert result.exit_code == 0
    assert "would be purged" in result.stdout
    assert queue.visible() == 1
    assert not save.exists()


def test_what_is_deleted_is_in_the_file_for_its_owner_only(
    queue: Queue, operator: Operator, save: Path
) -> None:
    bodies = {json.dumps(a_record(an_event(f"e-{number}"))) for number in range(12)}
    for body in bodies:
        queue.add(body, ErrorMessage="mailbox is full")

    result = operator.types("purge", "--apply", "--yes", "--save", str(save))

    saved = [json.loads(line) for line in save.read_text().splitlines()]
    assert result.exit_code == 0
    assert (queue.visible(), queue.hidden()) == (0, 0)
    assert {line["body"] for line in saved} == bodies
    assert saved[0]["message_attributes"]["ErrorMessage"]["StringValue"] == "mailbox is full"
    assert save.stat().st_mode & 0o777 == 0o600


def test_it_is_saved_before_it_is_deleted(queue: Queue, save: Path) -> None:
    saved_first: list[bool] = []

    def delete(**arguments: Any) -> Any:
        saved_first.append("e-1" in save.read_text())
        return queue.sqs.delete_message(**arguments)

    queue.add_failed(an_event())
    operator = Operator(queue, sqs=Overriding(queue.sqs, delete_message=delete))

    operator.types("purge", "--apply", "--yes", "--save", str(save))

    assert saved_first == [True]


@pytest.mark.parametrize(("reply", "left"), [("y\n", 0), ("n\n", 1), ("\n", 1), ("", 1)])
def test_it_asks_first_and_only_yes_is_yes(
    queue: Queue, operator: Operator, save: Path, reply: str, left: int
) -> None:
    queue.add_failed(an_event())

    result = operator.types("purge", "--apply", "--save", str(save), replies=reply)

    assert "Delete 1 dead letter for good? [y/N]" in result.stderr
    assert result.exit_code == left
    assert (queue.visible(), queue.hidden()) == (left, 0)
    assert save.exists() == (not left)


def test_apply_without_a_file_is_a_usage_error(queue: Queue, operator: Operator) -> None:
    queue.add_failed(an_event())

    result = operator.types("purge", "--apply", "--yes")

    assert result.exit_code == 2
    assert "--apply needs --save FILE" in result.stderr
    assert queue.visible() == 1


def test_a_file_that_exists_is_not_written_over(
    queue: Queue, operator: Operator, save: Path
) -> None:
    queue.add_failed(an_event())
    save.write_text("precious")

    result = operator.types("purge", "--apply", "--yes", "--save", str(save))

    assert result.exit_code == 2
    assert "already exists" in result.stderr
    assert save.read_text() == "precious"
    assert queue.visible() == 1


def test_nothing_is_deleted_if_the_file_cannot_be_written(
    queue: Queue, operator: Operator, tmp_path: Path
) -> None:
    queue.add_failed(an_event())

    result = operator.types(
        "purge", "--apply", "--yes", "--save", str(tmp_path / "no" / "such" / "folder")
    )

    assert result.exit_code == 2
    assert "a file cannot be written" in result.stderr
    assert (queue.visible(), queue.hidden()) == (1, 0)


def test_the_unreadable_stay_unless_asked_for(queue: Queue, operator: Operator, save: Path) -> None:
    queue.add("by hand")

    left = operator.types("purge", "--apply", "--yes", "--save", str(save))
    assert (left.exit_code, queue.visible()) == (1, 1)
    assert "see --unreadable" in " ".join(left.stdout.split())

    done = operator.types("purge", "--apply", "--yes", "--unreadable", "--save", str(save))
    assert (done.exit_code, queue.visible()) == (0, 0)
    assert json.loads(save.read_text())["body"] == "by hand"


def test_the_command_that_deletes_the_unreadable_deletes_no_others(
    queue: Queue, operator: Operator, save: Path
) -> None:
    queue.add_failed(an_event())
    queue.add("by hand")

    result = operator.types("purge", "--apply", "--yes", "--unreadable", "--save", str(save))

    assert result.exit_code == 0
    assert [json.loads(line)["body"] for line in save.read_text().splitlines()] == ["by hand"]
    assert "e-1" in operator.types("list").stdout


def test_filters_and_max_bound_what_is_deleted(
    queue: Queue, operator: Operator, save: Path
) -> None:
    for number in range(4):
        queue.add_failed(an_event(f"e-{number}", type="task.deleted.v1" if number else "other"))

    result = operator.types(
        *("purge", "--apply", "--yes", "--save", str(save)),
        *("--type", "task.deleted.v1", "--max", "2"),
    )

    assert result.exit_code == 0
    assert queue.visible() == 2


def test_ctrl_c_while_deleting_reports_what_was_deleted(queue: Queue, save: Path) -> None:
    def delete(**arguments: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        return queue.sqs.delete_message(**arguments)

    for number in range(3):
        queue.add_failed(an_event(f"e-{number}"))
    operator = Operator(queue, sqs=Overriding(queue.sqs, delete_message=delete))

    result = operator.types("purge", "--apply", "--yes", "--json", "--save", str(save))

    summary = json.loads(result.stdout)
    assert result.exit_code == 130
    assert (summary["purged"], summary["not_reached"]) == (1, 2)
    assert (queue.visible(), queue.hidden()) == (2, 0)


def test_a_message_that_cannot_be_deleted_is_reported(queue: Queue, save: Path) -> None:
    def reject(**arguments: Any) -> Any:
        raise service_error("ReceiptHandleIsInvalid", "DeleteMessage")

    queue.add_failed(an_event())
    operator = Operator(queue, sqs=Overriding(queue.sqs, delete_message=reject))

    result = operator.types("purge", "--apply", "--yes", "--save", str(save))

    assert result.exit_code == 1
    assert "ReceiptHandleIsInvalid" in " ".join(result.stdout.split())


def test_every_message_has_an_audit_line(queue: Queue, operator: Operator, save: Path) -> None:
    queue.add_failed(an_event())

    result = operator.types("purge", "--apply", "--yes", "--save", str(save))

    line = json.loads(result.stderr)
    assert (line["action"], line["event_id"], line["outcome"]) == ("purge", "e-1", "purged")
