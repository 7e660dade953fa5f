"""A task as others see it, whole; and at its limits."""

from __future__ import annotations

from typing import Any

import pytest

from serverless_runtime.contracts.task import MalformedTaskError, Task
from serverless_runtime.contracts.task_event import TaskEvent, UnreadableEventError
from serverless_runtime.task_service.task_rows import SHARDS, key_of, row_of, shard_of, task_of
from tests.lambdas.samples import AT, a_task, an_event

DOCUMENT = {
    "id": "019501d2-7c00-7a51-8f3e-52a1c0d9e7b4",
    "title": "Buy milk",
    "status": "pending",
    "createdAt": AT,
    "updatedAt": AT,
    "version": 1,
}
MAX_VERSION = 2**53 - 1
FULL = a_task(detail="two", status="completed", due_at=AT, version=7)


def test_a_task_is_its_document_without_what_it_does_not_have() -> None:
    assert a_task().to_document() == DOCUMENT
    assert FULL.to_document() == {
        **DOCUMENT,
        "detail": "two",
        "status": "completed",
        "dueAt": AT,
        "version": 7,
    }


@pytest.mark.parametrize("version", [1, 2, MAX_VERSION])
def test_a_version_is_a_number_that_every_reader_can_hold(version: int) -> None:
    assert Task.from_document({**DOCUMENT, "version": version}).version == version


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"version": 0}, "version must be a whole number from 1, got int"),
        ({"version": MAX_VERSION + 1}, "version must be a whole number from 1, got int"),
        ({"version": True}, "version must be a whole number from 1, got bool"),
        ({"version": 1.0}, "version must be a whole number from 1, got float"),
        ({"status": "done"}, "status must be one of pending, in_progress, completed, got 'done'"),
        (
            {"status": "x" * 41},
            f"status must be one of pending, in_progress, completed, got '{'x' * 40}'",
        ),
        ({"title": None}, "title must be text, got NoneType"),
        ({"title": "\ud800"}, "title must be text, but U+D800 is not a character"),
        ({"detail": 7}, "detail must be text, got int"),
        (
            {"dueAt": "soon"},
            "dueAt: not an RFC 3339 date-time with an offset, such as 2026-03-01T09:30:00Z",
        ),
        ({"createdAt": None}, "createdAt must be text, got NoneType"),
    ],
)
def test_what_is_no_task_is_named(change: dict[str, Any], text: str) -> None:
    with pytest.raises(MalformedTaskError) as raised:
        Task.from_document({**DOCUMENT, **change})

    assert str(raised.value) == text


def test_an_event_is_one_document_on_the_wire() -> None:
    event = an_event()

    assert event.to_payload() == {
        "specversion": "1.0",
        "id": "099bcb43-9ebf-5ccb-866f-ef5abc8946d5",
        "source": "/task-service",
        "type": "task.created.v1",
        "subject": DOCUMENT["id"],
        "time": AT,
        "datacontenttype": "application/json",
        "correlationid": "order-4711",
        "replays": 0,
        "data": DOCUMENT,
    }
    assert event.replayed().to_payload() == {**event.to_payload(), "replays": 1}
    assert b'"data":' + event.data_to_wire() + b"}" in event.to_wire()


@pytest.mark.parametrize(
    ("name", "longest"), [("id", 512), ("source", 512), ("correlationid", 512), ("time", None)]
)
def test_what_names_an_event_has_a_limit(name: str, longest: int | None) -> None:
    payload = an_event().to_payload()
    if longest is not None:
        assert TaskEvent.from_payload({**payload, name: "a" * longest}).to_payload()[name]
    with pytest.raises(UnreadableEventError):
        TaskEvent.from_payload({**payload, name: "a" * 513})
    for wrong in ("", 7, "\ufdd0"):
        with pytest.raises(UnreadableEventError, match=f"^task event {name}.* must be text"):
            TaskEvent.from_payload({**payload, name: wrong})


@pytest.mark.parametrize(
    ("replays", "shown"),
    [
        (-1, "int"),
        (2**31, "int"),
        (True, "bool"),
        ("1", "'1'"),
        (None, "nothing"),
        ("x" * 61, f"'{'x' * 60}'"),
    ],
)
def test_a_count_is_a_whole_number(replays: object, shown: str) -> None:
    payload = an_event().to_payload()
    for fine in (0, 1, 2**31 - 1):
        assert TaskEvent.from_payload({**payload, "replays": fine}).replays == fine
    with pytest.raises(UnreadableEventError) as raised:
        TaskEvent.from_payload({**payload, "replays": replays})

    limits = "must be a whole number from 0 to 2147483647"
    assert str(raised.value) == f"task event replays {limits}, got {shown}"


def test_an_event_fits_into_a_dead_letter_by_a_byte() -> None:
    room = 200_000 - len(an_event(a_task(detail="")).to_wire())

    assert len(an_event(a_task(detail="x" * room)).to_wire()) == 200_000
    with pytest.raises(ValueError, match="at most 200000 bytes on the wire, got 200001"):
        an_event(a_task(detail="x" * (room + 1)))


def test_a_row_is_the_whole_task_and_read_again_as_it_was() -> None:
    for task in (a_task(), FULL):
        assert task_of(row_of(task, "w-1")) == task
    assert row_of(FULL, "w-1") == {
        "shard": {"S": "2"},
        "task_id": {"S": DOCUMENT["id"]},
        "title": {"S": "Buy milk"},
        "detail": {"S": "two"},
        "status": {"S": "completed"},
        "status_shard": {"S": "completed#2"},
        "due_at": {"S": AT},
        "created_at": {"S": AT},
        "updated_at": {"S": AT},
        "write_id": {"S": "w-1"},
        "version": {"N": "7"},
    }


def test_no_release_moves_a_task_to_another_shard() -> None:
    ids = [f"019501d2-7c00-7a51-8f3e-52a1c0d9e{number:03x}" for number in range(12)]

    assert "".join(map(shard_of, ids)) == "020213132020"
    assert set(map(shard_of, ids)) == set(SHARDS)
    assert key_of(ids[0]) == {"shard": {"S": shard_of(ids[0])}, "task_id": {"S": ids[0]}}
