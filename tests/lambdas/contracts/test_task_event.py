from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.contracts.event_types import EVENT_TYPES
from serverless_runtime.contracts.task import STATUSES, Task
from serverless_runtime.contracts.task_event import (
    EventTooLargeError,
    TaskEvent,
    UnreadableEventError,
)
from tests.lambdas.json_texts import characters
from tests.lambdas.samples import AT, a_task, an_event

anything = st.text(characters, max_size=50)
tasks = st.builds(
    Task,
    task_id=anything,
    title=anything,
    detail=st.none() | anything,
    status=st.sampled_from(STATUSES),
    due_at=st.none() | st.just(AT),
    created_at=st.just(AT),
    updated_at=st.just(AT),
    version=st.integers(1, 2**53 - 1),
)
events = st.builds(
    TaskEvent.about,
    tasks,
    st.sampled_from(EVENT_TYPES),
    time=st.just(AT),
    correlation_id=st.text(characters, min_size=1, max_size=50),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=20), inner),
    max_leaves=20,
)


@given(events, st.integers(0, 3))
def test_what_is_written_is_read(event: TaskEvent, replays: int) -> None:
    for _ in range(replays):
        event = event.replayed()

    wire = event.to_wire()

    assert wire.isascii()
    assert TaskEvent.from_payload(json.loads(wire)) == event


@given(json_values)
def test_any_other_json_is_unreadable_and_nothing_else(payload: object) -> None:
    with pytest.raises(UnreadableEventError):
        TaskEvent.from_payload(payload)


@given(st.sampled_from([*an_event().to_payload(), "data.id", "data.version"]), json_values)
def test_an_event_with_any_one_value_replaced_is_read_or_unreadable(
    name: str, value: object
) -> None:
    payload = an_event().to_payload()
    outer, _, inner = name.partition(".")
    if inner:
        payload[outer][inner] = value
    else:
        payload[outer] = value

    try:
        TaskEvent.from_payload(payload)
    except UnreadableEventError as error:
        assert str(error).startswith("task event")  # noqa: PT017 - either outcome is valid


def test_the_id_follows_from_task_version_and_type() -> None:
    def id_of(**changes: Any) -> str:
        event_type = changes.pop("event_type", "task.created.v1")
        return TaskEvent.about(
            a_task(**changes), event_type, time=AT, correlation_id="any"
        ).event_id

    assert id_of() == id_of(title="Other") == "099bcb43-9ebf-5ccb-866f-ef5abc8946d5"
    assert len({id_of(), id_of(version=2), id_of(event_type="task.deleted.v1")}) == 3


def test_what_a_later_version_adds_is_ignored() -> None:
    payload = an_event().to_payload()
    payload["traceparent"] = "00-1-1-01"
    payload["data"]["colour"] = "red"

    assert TaskEvent.from_payload(payload) == an_event()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"specversion": None}, "task event specversion must be 1.0, got nothing"),
        (
            {"type": "task.created.v2"},
            "task event type must be task.created.v1 or task.completed.v1 or task.deleted.v1, "
            "got 'task.created.v2'",
        ),
        (
            {"replays": -1},
            "task event replays must be a whole number from 0 to 2147483647, got int",
        ),
        ({"id": ""}, "task event id must be text and not empty, got ''"),
        ({"time": "today"}, "task event time: not an RFC 3339 date-time with an offset, such as"),
        ({"subject": "t-2"}, "task event subject must be the id of the task in data, got 't-2'"),
        (
            {"correlationid": "a" * 180_000 + " @"},
            "task event correlationid must be at most 512 characters, got 180002",
        ),
        ({"id": "a" * 513}, "task event id must be at most 512 characters, got 513"),
        ({"source": "a" * 513}, "task event source must be at most 512 characters, got 513"),
        (
            {"subject": "a" * 513, "data": {**a_task().to_document(), "id": "a" * 513}},
            "task event data.id must be at most 512 characters, got 513",
        ),
        ({"data": []}, "task event data: must be an object, got list"),
        ({"data": {"id": 3}}, "task event data: id must be text, got int"),
    ],
)
def test_the_error_names_what_is_unreadable(change: dict[str, Any], text: str) -> None:
    with pytest.raises(UnreadableEventError) as caught:
        TaskEvent.from_payload(an_event().to_payload() | change)

    assert str(caught.value).startswith(text)


def test_an_event_that_would_not_fit_into_a_dead_letter_cannot_be_made() -> None:
    with pytest.raises(EventTooLargeError, match="at most 200000 bytes on the wire, got 2"):
        an_event(a_task(detail="x" * 200_000))
