"""600 dead letters of each kind, a signal and a lost connection: all arrive, none is lost."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from tests.ops.dead_letters.memory_sqs import MemorySqs
from tests.ops.fakes import TARGET, Clock, Operator, Overriding, Queue, RecordingLambda, an_event

COUNT = 600


class Interruptions:
    """A signal after 180 deliveries; after 360 more no connection for the rest of the run."""

    def __init__(self) -> None:
        self.delivered: Counter[str] = Counter()
        self.is_connected = True

    def deliver(self, body: str) -> None:
        if not self.is_connected:
            raise EndpointConnectionError(endpoint_url="https://sqs")
        self.delivered[body] += 1
        if self.delivered.total() == 180:
            os.kill(os.getpid(), signal.SIGTERM)
        if self.delivered.total() == 540:
            self.is_connected = False


@pytest.mark.parametrize("kind", ["invocation", "message"])
def test_what_was_sent_is_what_was_delivered_and_what_is_still_there(kind: str) -> None:
    clock, interruptions = Clock(), Interruptions()
    operator = Operator(Queue(MemorySqs(clock, seed=1)), clock=clock)
    queue = operator.queue

    def send(**arguments: Any) -> Any:
        interruptions.deliver(arguments["MessageBody"])
        return {}

    def accept(event: Any) -> int:
        interruptions.deliver(event["id"])
        return 202

    operator.functions = RecordingLambda(accept)
    operator.sqs = Overriding(queue.sqs, send_message=send)
    sent = {f"e-{number}" for number in range(COUNT)}
    for name in sorted(sent):
        _ = queue.add(name) if kind == "message" else queue.add_failed(an_event(name))
    where = {"message": ("--source-queue", "memory/orders"), "invocation": ("--function", TARGET)}
    words = ("replay", "--apply", "--rate", "1000", "--json", "--queue-url", queue.url)

    runs = []
    for _ in range(3):
        runs.append(operator.types_exactly(*words, *where[kind]))
        left = {line["body"] for line in _export(operator, kind)}
        assert len(left) + interruptions.delivered.total() == COUNT
        if len(runs) == 2:
            interruptions.is_connected = True

    assert [run.exit_code for run in runs] == [130, 3, 0]
    assert interruptions.delivered == Counter(sent)


def _export(operator: Operator, kind: str) -> list[dict[str, Any]]:
    words = ("export", "--queue-url", operator.queue.url, "--kind", kind)
    return [json.loads(line) for line in operator.types_exactly(*words).stdout.splitlines()]
