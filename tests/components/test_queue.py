"""A queue and its dead letters: who may send, what is kept, and what fails before a deployment."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_serverless import Queue, QueueArgs, Source
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import ROLE_POLICY
from tests.components.a_function import FOUNDATION, a_function

QUEUE = "aws:sqs/queue:Queue"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:news"


def deployed(**settings: Any) -> Graph:
    return record(lambda: Queue("work", QueueArgs(foundation=FOUNDATION, **settings)))


def statements(graph: Graph, queue: str) -> list[dict[str, Any]]:
    policy = graph.named(f"{queue}-policy", QUEUE_POLICY).inputs["policy"]
    return list(json.loads(policy)["Statement"])


@pytest.mark.parametrize("fifo", [False, True])
def test_failed_messages_go_to_a_queue_of_the_same_type_that_only_this_one_may_fill(
    fifo: bool,
) -> None:
    graph = deployed(fifo=fifo, max_receives=7)
    work, dead = graph.named("work", QUEUE), graph.named("work-dead-letters", QUEUE)

    assert json.loads(work.inputs["redrivePolicy"]) == {
        "deadLetterTargetArn": "arn:work-dead-letters",
        "maxReceiveCount": 7,
    }
    assert work.inputs.get("fifoQueue") == dead.inputs.get("fifoQueue") == (fifo or None)
    [allowed] = graph.of_type("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy")
    assert json.loads(allowed.inputs["redriveAllowPolicy"]) == {
        "redrivePermission": "byQueue",
        "sourceQueueArns": ["arn:work"],
    }


def test_a_fifo_queue_has_a_name_that_leaves_room_for_fifo() -> None:
    """Its dead letters have the longer one: 13 characters more, 8 by Pulumi, and `.fifo`."""

    def program(length: int) -> None:
        Queue("q" * length, QueueArgs(foundation=FOUNDATION, fifo=True))

    record(lambda: program(80 - 13 - 8 - 5))
    message = r"name of the queue must be 1 to 67 characters .*, got 68: 'q+-dead-letters'"
    with pytest.raises(ValueError, match=message):
        record(lambda: program(80 - 13 - 8 - 4))


def test_both_queues_are_encrypted_protected_and_reject_plain_http() -> None:
    graph = deployed()

    for queue in ("work", "work-dead-letters"):
        assert graph.named(queue, QUEUE).protect
        assert graph.named(queue, QUEUE).inputs["sqsManagedSseEnabled"] is True
        [deny] = statements(graph, queue)
        assert (deny["Effect"], deny["Resource"]) == ("Deny", [f"arn:{queue}"])


def test_services_may_send_on_behalf_of_the_named_resources_only() -> None:
    sources = [
        Source(service="sns.amazonaws.com", arn=TOPIC),
        Source(service="events.amazonaws.com", arn="arn:rule"),
        Source(service="sns.amazonaws.com", arn=f"{TOPIC}-2"),
    ]
    graph = deployed(sources=sources, dead_letter_sources=sources[:1])

    _, events, sns = statements(graph, "work")
    assert events["Principal"] == {"Service": "events.amazonaws.com"}
    assert sns["Action"] == ["sqs:SendMessage"]
    assert sns["Condition"] == {"ArnEquals": {"aws:SourceArn": [TOPIC, f"{TOPIC}-2"]}}
    _, kept = statements(graph, "work-dead-letters")
    assert kept["Condition"] == {"ArnEquals": {"aws:SourceArn": [TOPIC]}}


def test_a_function_that_asks_twice_may_send_and_nothing_else() -> None:
    def program() -> None:
        queue = Queue("work", QueueArgs(foundation=FOUNDATION))
        sender = a_function("sender")
        queue.allow_sender(sender)
        queue.allow_sender(sender)

    policy = record(program).named("sender-may-send-to-work", ROLE_POLICY)
    [allowed] = json.loads(policy.inputs["policy"])["Statement"]
    assert (allowed["Action"], allowed["Resource"]) == (["sqs:SendMessage"], ["arn:work"])


@given(retention=st.integers(-2, 20), dead_letters=st.integers(-2, 20))
def test_a_dead_letter_outlives_the_message_it_was(retention: int, dead_letters: int) -> None:
    settings: dict[str, Any] = {
        "retention_days": retention,
        "dead_letter_retention_days": dead_letters,
    }
    if 1 <= retention < dead_letters <= 14:
        QueueArgs(foundation=FOUNDATION, **settings)
        return
    with pytest.raises(
        ValueError, match=r"retention_days.* must be (between|at least) .*, got -?\d+"
    ):
        QueueArgs(foundation=FOUNDATION, **settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"max_receives": 0}, "max_receives must be between 1 and 1000, got 0"),
        (
            {"visibility_timeout_seconds": 43_201},
            "visibility_timeout_seconds must be between 0 and 43200, got 43201",
        ),
        ({"sources": "sns"}, "sources must be a list, got 'sns'"),
        (
            {"sources": [Source(service="sns.amazonaws.com", arn=TOPIC)] * 21},
            "sources must have 0 to 20 entries, got 21",
        ),
    ],
)
def test_a_queue_that_sqs_would_refuse_fails_before_deploy(
    settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        QueueArgs(foundation=FOUNDATION, **settings)


def test_a_source_names_a_service_principal() -> None:
    with pytest.raises(ValueError, match=r"service must be a principal .*, got 'sns'"):
        Source(service="sns", arn=TOPIC)
