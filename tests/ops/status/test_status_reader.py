"""Every part of the status is read for itself, and what could not be read is named."""

from __future__ import annotations

from typing import Any

import pytest

from serverless_ops.aws.best_effort import PART_SECONDS
from serverless_ops.aws.clients import Connection
from serverless_ops.context import Context
from serverless_ops.stack import Operations, Stack
from serverless_ops.status.status_reader import MAX_DEAD_LETTERS, StatusReader
from tests.ops.dead_letters.memory_sqs import MemorySqs
from tests.ops.fakes import TARGET, Clock, Queue, service_error

KINDS = {
    "outbox": "outboxes",
    "relay": "outboxes",
    "queue": "deadLetters",
    "dead letters": "deadLetters",
    "circuit breakers": "circuitBreakers",
}


class Denied:
    """A client that may do nothing."""

    def __getattr__(self, name: str) -> Any:
        def deny(*_: Any, **__: Any) -> Any:
            raise service_error("AccessDenied", name)

        return deny


def _reader(client: Any, clock: Any, **operations: Any) -> StatusReader:
    stack = Stack(
        name="dev",
        operations=Operations.model_validate(operations),
        connection=Connection(region="us-east-1"),
        source="a test",
    )
    context = Context(client=lambda service, connection: client, clock=clock, poll_seconds=0)
    return StatusReader(context, stack)


def _entries(**counts: int) -> dict[str, Any]:
    """Operations with so many entries of each kind, named a, b, …"""
    known = {
        "outboxes": {"tableName": "outbox", "relayFunctionName": "relay"},
        "deadLetters": {
            "kind": "message",
            "queueUrl": "https://sqs/x-dead",
            "sourceQueueUrl": "https://sqs/x",
        },
        "circuitBreakers": {"tableName": "t", "circuits": ["email"], "key": {"id": "{circuit}"}},
    }
    return {kind: dict.fromkeys("abc"[:count], known[kind]) for kind, count in counts.items()}


@pytest.mark.parametrize(
    "counts",
    [
        {"outboxes": 1, "deadLetters": 1, "circuitBreakers": 1},
        {"outboxes": 2, "deadLetters": 1, "circuitBreakers": 1},
        {"outboxes": 1, "deadLetters": 3, "circuitBreakers": 2},
        {"outboxes": 2, "deadLetters": 2, "circuitBreakers": 2},
        {},
    ],
)
def test_what_could_not_be_read_has_its_own_name_only_beside_others_of_its_kind(
    counts: dict[str, int],
) -> None:
    reader = _reader(Denied(), Clock(), alarms={"age": "dev-age"}, **_entries(**counts))

    status = reader.read()

    expected = {"alarms"}
    for part, kind in KINDS.items():
        names = "abc"[: counts.get(kind, 0)]
        expected |= {part} if len(names) == 1 else {f"{part} {name}" for name in names}
    assert set(status.unread) == expected
    assert status.health == "unknown"


class SlowSqs(MemorySqs):
    """Each call takes a while, and returns less than was asked for."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._time = clock

    def __getattribute__(self, name: str) -> Any:
        if name in ("receive_message", "change_message_visibility_batch", "get_queue_attributes"):
            object.__getattribute__(self, "_time").sleep(0.4)
        return object.__getattribute__(self, name)

    def receive_message(self, **arguments: Any) -> Any:
        count = min(arguments["MaxNumberOfMessages"], 6)
        return super().receive_message(**{**arguments, "MaxNumberOfMessages": count})


def _filled(sqs: Any, count: int) -> tuple[Queue, dict[str, Any]]:
    queue = Queue(sqs)
    for number in range(count):
        queue.add_failed({"id": f"e-{number}"})
    entry = {"kind": "invocation", "queueUrl": queue.url, "targetArn": TARGET}
    return queue, {"deadLetters": {"events": entry}}


def test_dead_letters_that_come_slowly_are_released_before_the_part_is_cut_off() -> None:
    clock = Clock()
    queue, operations = _filled(SlowSqs(clock), MAX_DEAD_LETTERS)
    started = clock.seconds

    status = _reader(queue.sqs, clock, **operations).read()

    assert clock.seconds - started <= PART_SECONDS
    assert len(status.queues["events"].dead_letters) >= 80, "as many as the time allows"
    assert (queue.visible(), queue.hidden()) == (MAX_DEAD_LETTERS, 0)


def test_dead_letters_are_read_up_to_a_hundred() -> None:
    queue, operations = _filled(MemorySqs(Clock()), MAX_DEAD_LETTERS + 1)

    found = _reader(queue.sqs, Clock(), **operations).read().queues["events"]

    assert found.depth.visible == MAX_DEAD_LETTERS + 1
    assert len(found.dead_letters) == MAX_DEAD_LETTERS
