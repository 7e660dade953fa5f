"""Of several queues, a command that changes one asks which; without a terminal it says what to
type."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from tests.ops.fakes import TARGET, Operator, Queue, an_event, ended, stack_outputs

CHANGES = ("replay", "purge")


@pytest.fixture
def two_queues(queue: Queue, operator: Operator) -> Operator:
    """An operator of a stack with an empty queue "it's orders", and "task-events" with a dead
    letter."""
    empty = queue.sqs.create_queue(QueueName="empty")["QueueUrl"]
    entry: dict[str, Any] = {"kind": "invocation", "targetArn": TARGET}
    outputs = stack_outputs(
        deadLetters={
            "it's orders": {**entry, "queueUrl": empty},
            "task-events": {**entry, "queueUrl": queue.url},
        }
    )
    operator.run = lambda words: ended(0, outputs)
    queue.add_failed(an_event())
    return operator


@pytest.mark.parametrize("command", CHANGES)
def test_without_a_terminal_the_error_gives_the_commands_to_type(
    two_queues: Operator, command: str
) -> None:
    result = two_queues.types_exactly(command, "--error", "is full", "--stack", "dev")

    assert result.exit_code == 2
    assert not two_queues.functions.events
    lines = [line for line in result.stderr.splitlines() if "--queue" in line]
    assert [line.partition("# ")[2] for line in lines] == ["0 dead letters", "1 dead letter"]
    for line in lines:
        program, *words = shlex.split(line, comments=True)
        assert (program, words[0]) == ("commands", "dead-letters")
        assert two_queues.types_exactly(*words[1:]).exit_code == 0


@pytest.mark.parametrize("command", CHANGES)
@pytest.mark.parametrize("reply", ["2", "task-events", " task-events  "])
def test_on_a_terminal_it_asks(two_queues: Operator, command: str, reply: str) -> None:
    two_queues.is_interactive = True

    result = two_queues.types_exactly(command, "--stack", "dev", replies=f"{reply}\n")

    assert result.exit_code == 0
    assert "1  it's orders: 0 dead letters" in result.stderr
    assert "2  task-events: 1 dead letter" in result.stderr
    assert two_queues.queue.url in result.stdout


@pytest.mark.parametrize("reply", ["3\n", "0\n", "\n", "", "tasks\n"])
def test_a_reply_that_is_none_of_them_changes_nothing(two_queues: Operator, reply: str) -> None:
    two_queues.is_interactive = True

    result = two_queues.types_exactly("replay", "--apply", "--stack", "dev", replies=reply)

    assert result.exit_code == 2
    assert f"there is no queue {reply.strip()!r}" in result.stderr
    assert "--queue task-events" in result.stderr
    assert not two_queues.functions.events


def test_a_queue_that_cannot_be_counted_is_offered_with_the_reason(two_queues: Operator) -> None:
    sqs = two_queues.queue.sqs
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="empty")["QueueUrl"])

    result = two_queues.types_exactly("replay", "--stack", "dev")

    assert result.exit_code == 2
    assert "# not known: there is no such queue" in result.stderr
    assert "# 1 dead letter" in result.stderr


@pytest.mark.parametrize("command", CHANGES)
def test_a_name_that_is_none_of_them_is_reported_with_those_there_are(
    two_queues: Operator, command: str
) -> None:
    result = two_queues.types_exactly(command, "--stack", "dev", "--queue", "tasks")

    assert result.exit_code == 2
    assert "no dead-letter queue 'tasks'; --queue is one of it's orders, task" in result.stderr
