"""What is asked about several queues, word for word, and what a run says that ends early."""

from __future__ import annotations

import json
from typing import Any

import pytest

from serverless_ops.dead_letters.replay import ReplayStoppedError
from tests.ops.dead_letters.test_ask_which_queue import two_queues
from tests.ops.fakes import (
    Operator,
    Overriding,
    Queue,
    RecordingLambda,
    an_event,
    ended,
    service_error,
)

__all__ = ["two_queues"]


def test_the_question_lists_each_queue_with_its_count(two_queues: Operator) -> None:
    two_queues.is_interactive = True
    queue = two_queues.queue
    for number in range(2):
        queue.add_failed(an_event(f"e-{number}"))
    queue.sqs.receive_message(QueueUrl=queue.url, VisibilityTimeout=60)

    result = two_queues.types_exactly("replay", "--stack", "dev", replies="1\n")

    assert result.exit_code == 0
    assert result.stderr == (
        "There are 2 dead-letter queues:\n"
        "  1  it's orders: 0 dead letters\n"
        "  2  task-events: 2 dead letters, 1 more hidden\n"
        "Which one? [1-2, or its name] "
    )


def test_a_reply_that_is_none_of_them_is_answered_with_what_to_type(two_queues: Operator) -> None:
    two_queues.is_interactive = True

    result = two_queues.types_exactly("replay", "--stack", "dev", replies=" 0 \n")

    assert result.exit_code == 2
    *_, error, orders, events = result.stderr.splitlines()
    assert error.endswith(
        "Error: there is no queue '0'. there are 2 dead-letter queues; choose one:"
    )
    typed = "  commands dead-letters replay --stack dev --queue "
    assert orders == typed + "'it'\"'\"'s orders'    # 0 dead letters"
    assert events == typed + "task-events    # 1 dead letter"


@pytest.mark.parametrize(
    ("words", "exit_code", "text"),
    [
        (("--queue-url", "u", "--kind", "invocation"), 2, "Error: pass --function\n"),
        (
            ("--stack", "dev"),
            3,
            "Error: queue orders has no target in stack dev; pass --function\n",
        ),
        (
            ("--outputs", "-"),
            3,
            "Error: queue orders has no target in stack of --outputs; pass --function\n",
        ),
    ],
)
def test_a_replay_without_a_target_says_what_to_pass(
    operator: Operator, words: tuple[str, ...], exit_code: int, text: str
) -> None:
    entry = {"kind": "invocation", "queueUrl": "u"}
    outputs = json.dumps({"operations": {"deadLetters": {"orders": entry}}})
    operator.run = lambda _: ended(0, outputs)

    result = operator.types_exactly("replay", *words, replies=outputs)

    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert result.stderr.endswith(text)


def _respond(error: BaseException) -> Any:
    def respond(event: Any) -> int:
        if event["id"] == "e-2":
            raise error
        return 202

    return respond


@pytest.mark.parametrize(
    ("error", "exit_code", "text"),
    [
        (
            service_error("ResourceNotFoundException"),
            3,
            "target returned ResourceNotFoundException: about ResourceNotFoundException",
        ),
        (service_error("TooManyRequestsException"), 1, "target returned Throttled"),
    ],
)
def test_a_replay_that_stops_says_where_and_why(
    queue: Queue, error: Exception, exit_code: int, text: str
) -> None:
    for number in range(1, 4):
        queue.add_failed(an_event(f"e-{number}"))
    operator = Operator(queue, RecordingLambda(_respond(error)))

    result = operator.types("replay", "--apply", "--json")

    found = json.loads(result.stdout)
    done = found["replayed"]
    stopped = (
        f"replay stopped after {done} of 3 dead letters, at e-2: {text}; run it again to continue"
    )
    assert result.exit_code == exit_code
    assert (found["ended"], found["error"], found["not_reached"]) == ("stopped", stopped, 3 - done)
    assert result.stderr.splitlines()[-1] == f"Error: {stopped}"


def test_a_replay_that_is_interrupted_says_how_to_go_on(queue: Queue) -> None:
    queue.add_failed(an_event("e-2"))
    operator = Operator(queue, RecordingLambda(_respond(KeyboardInterrupt())))

    result = operator.types("replay", "--apply", "--json")

    found = json.loads(result.stdout)
    assert result.exit_code == 130
    assert (found["ended"], found["error"]) == (
        "interrupted",
        "interrupted; run it again to continue",
    )
    assert result.stderr == "Error: interrupted; run it again to continue\n"


def test_a_queue_that_cannot_be_read_ends_a_run_with_the_reason(queue: Queue) -> None:
    def denied(**_: Any) -> Any:
        raise service_error("Odd", "ReceiveMessage")

    operator = Operator(queue, sqs=Overriding(queue.sqs, receive_message=denied))

    result = operator.types("purge", "--json")

    found = json.loads(result.stdout)
    assert result.exit_code == 3
    assert (found["ended"], found["error"]) == (
        "stopped",
        "ReceiveMessage failed with Odd: about Odd",
    )


def test_a_stop_is_for_now_unless_it_says_otherwise() -> None:
    assert not ReplayStoppedError("x").unreachable
    assert ReplayStoppedError("x", unreachable=True).unreachable
