"""An event that can never be delivered is dead-lettered at once, without retries."""

from __future__ import annotations

import json
import uuid

import pytest

from local.scenario.handoff_stack import HandoffStack
from local.scenario.observe import TARGET, queue_depth, raw_log
from local.scenario.replay_dead_letters import read_dead_letters, replay_dead_letters
from local.wait import wait_until

# Emulated retries follow after fractions of a second: what would follow, has followed by then.
AT_ONCE_SECONDS = 10


@pytest.fixture(autouse=True)
def _an_empty_queue(stack: HandoffStack) -> None:
    stack.client("sqs").purge_queue(QueueUrl=stack.dead_letter_queue_url)


def hand_off_poison(stack: HandoffStack) -> str:
    event_id = str(uuid.uuid4())
    event = {"specversion": "1.0", "id": event_id, "type": f"task.{event_id}.v1", "replays": 0}
    stack.client("lambda").invoke(
        FunctionName=stack.target_arn,
        InvocationType="Event",
        Payload=json.dumps(event).encode(),
    )
    return event_id


def test_a_poison_event_is_a_dead_letter_after_one_attempt(stack: HandoffStack) -> None:
    event_id = hand_off_poison(stack)

    wait_until(lambda: queue_depth(stack), "a dead letter", seconds=AT_ONCE_SECONDS)
    [dead_letter] = read_dead_letters(stack)
    assert dead_letter.event_id == event_id
    assert dead_letter.record is not None
    assert (dead_letter.record.condition, dead_letter.record.attempts) == ("PermanentFailure", 1)
    assert dead_letter.record.reason == (
        "task event type must be task.created.v1 or task.completed.v1 or task.deleted.v1, "
        f"got 'task.{event_id}.v1'"
    )
    assert dead_letter.record.function is not None
    assert dead_letter.record.function.startswith(stack.target_arn)

    # The emulator gives every attempt its own request id; the event's is in each one's error.
    logged = wait_until(
        lambda: [line for line in raw_log(stack, TARGET) if event_id in line],
        "the end of the run",
        seconds=60,
    )
    records = [json.loads(line) for line in logged]
    assert [(record["message"], record["requestId"]) for record in records] == [
        ("unreadable event", dead_letter.record.request_id)
    ]
    assert queue_depth(stack) == 1


def test_a_poison_event_that_is_replayed_returns_once(stack: HandoffStack) -> None:
    event_id = hand_off_poison(stack)
    wait_until(lambda: queue_depth(stack), "a dead letter", seconds=AT_ONCE_SECONDS)

    replayed = replay_dead_letters(stack)
    assert len(replayed) == 1

    wait_until(lambda: queue_depth(stack), "it to return", seconds=AT_ONCE_SECONDS)
    [dead_letter] = read_dead_letters(stack)
    assert (dead_letter.event_id, dead_letter.replays) == (event_id, 1)
    stack.client("sqs").purge_queue(QueueUrl=stack.dead_letter_queue_url)
