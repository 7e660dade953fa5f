"""Which queue is meant, where it is, and to whom its dead letters go: every combination."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest

from serverless_ops.aws.clients import Connection
from serverless_ops.aws.errors import UnreachableError
from serverless_ops.context import Context
from serverless_ops.dead_letters.queue_location import QueueLocation, hidden_notice
from serverless_ops.dead_letters.queue_options import find_queues
from tests.ops.dead_letters.samples import NOON
from tests.ops.fakes import ended

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:notify"
URL = "https://sqs.eu-west-2.amazonaws.com/1/orders"
TOPIC = "arn:aws:sns:eu-west-3:123456789012:alarms"
KNOWN = {
    "events": {"kind": "invocation", "queueUrl": "https://x/events", "targetArn": FUNCTION},
    "orders": {"kind": "message", "queueUrl": URL, "sourceQueueUrl": "https://x/live"},
}


class Looking:
    """Finds queues of a stack, and counts how often it is looked up."""

    def __init__(self, dead_letters: Any = None) -> None:
        operations = {
            "alarmTopicArn": TOPIC,
            "deadLetters": KNOWN if dead_letters is None else dead_letters,
        }
        self.outputs = json.dumps({"operations": operations})
        self.lookups = 0

    def __call__(self, **options: Any) -> list[QueueLocation]:
        context = Context(client=lambda *_: None, run=self._run, local_folder=Path("/nonexistent"))
        nothing = dict.fromkeys(
            ("name", "queue_url", "kind", "stack", "outputs", "cwd", "region", "profile",
             "endpoint_url")
        )  # fmt: skip
        return find_queues(context, **{**nothing, **options})

    def _run(self, words: Any) -> Any:
        self.lookups += 1
        return ended(0, self.outputs)


def _told(found: QueueLocation) -> tuple[Any, ...]:
    queue = found.queue
    return (found.name, found.kind, found.url, queue.target_arn, queue.source_queue_url)


def test_a_stack_has_its_queues_with_what_is_known_of_them() -> None:
    events, orders = Looking()(stack="dev")

    assert _told(events) == ("events", "invocation", "https://x/events", FUNCTION, None)
    assert _told(orders) == ("orders", "message", URL, None, "https://x/live")
    assert events.connection == Connection(region="eu-west-1")
    assert orders.connection == Connection(region="eu-west-2")
    assert events.source == orders.source == "pulumi stack output --stack dev"


def test_the_region_is_the_given_one_or_that_of_target_queue_or_stack() -> None:
    looking = Looking({"a": {"kind": "message", "queueUrl": "https://x/a"}})

    assert looking(stack="dev")[0].connection.region == "eu-west-3"
    assert looking(stack="dev", function=FUNCTION)[0].connection.region == "eu-west-1"
    given = looking(stack="dev", function=FUNCTION, region="eu-north-1")
    assert given[0].connection.region == "eu-north-1"


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://sqs.eu-west-2.amazonaws.com/1/x", "eu-west-2"),
        ("http://queue.us-gov-west-1.amazonaws.com.cn/1/x", "us-gov-west-1"),
        ("https://sqs.amazonaws.com/1/x", None),
        ("https://x.sqs.eu-west-2.amazonaws.com/1/x", None),
        ("http://127.0.0.1:4566/1/x", None),
    ],
)
def test_the_region_of_a_queue_is_in_its_url(url: str, region: str | None) -> None:
    assert Looking()(queue_url=url)[0].connection.region == region


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"name": "orders"}, ("orders", "message", URL, None, "https://x/live")),
        (
            {"queue_url": URL, "to_replay": True},
            ("orders", "message", URL, None, "https://x/live"),
        ),
        (
            {"queue_url": URL, "kind": "invocation", "to_replay": True},
            ("orders", "invocation", URL, None, None),
        ),
        (
            {"name": "orders", "queue_url": "https://x/b/new", "to_replay": True},
            ("new", "message", "https://x/b/new", None, "https://x/live"),
        ),
        (
            {"name": "events", "source_queue": "https://x/s"},
            ("events", "message", "https://x/events", FUNCTION, "https://x/s"),
        ),
        (
            {"name": "orders", "function": "f"},
            ("orders", "invocation", URL, "f", "https://x/live"),
        ),
    ],
)
def test_options_choose_and_override(options: dict[str, Any], told: tuple[Any, ...]) -> None:
    [found] = Looking()(stack="dev", **options)

    assert _told(found) == told


@pytest.mark.parametrize(
    ("options", "lookups"),
    [
        ({"queue_url": URL}, 0),
        ({"queue_url": URL, "to_replay": True, "name": "orders"}, 1),
        ({"queue_url": URL, "to_replay": True, "kind": "message"}, 0),
        ({"queue_url": URL, "to_replay": True, "function": "f"}, 0),
        ({"queue_url": URL, "to_replay": True, "source_queue": "s"}, 0),
        ({"function": "f", "name": "orders"}, 1),
    ],
)
def test_a_stack_is_looked_up_only_for_what_is_not_given(
    options: dict[str, Any], lookups: int
) -> None:
    looking = Looking()

    [found] = looking(stack="dev", **options)

    assert looking.lookups == lookups
    assert found.source == ("pulumi stack output --stack dev" if lookups else "the options")


def test_a_queue_by_its_url_alone_is_read_as_each_message_shows() -> None:
    [found] = Looking()(queue_url=URL, profile="ops", endpoint_url="https://e")

    assert _told(found) == ("orders", None, URL, None, None)
    assert found.connection == Connection(
        region="eu-west-2", profile="ops", endpoint_url="https://e"
    )
    assert (found.missing(), found.destination(lambda _: None)) == (None, None)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "pass --stack, --outputs FILE or --queue-url"),
        ({"to_replay": True}, "pass --stack, --outputs FILE or --queue-url"),
        (
            {"to_replay": True, "queue_url": URL},
            "pass --stack, --outputs FILE, --function or --kind message",
        ),
        (
            {"stack": "dev", "name": "none"},
            "there is no dead-letter queue 'none'; --queue is one of events, orders",
        ),
    ],
)
def test_what_is_missing_is_asked_for(options: dict[str, Any], text: str) -> None:
    with pytest.raises(click.UsageError) as raised:
        Looking()(**options)

    assert str(raised.value) == text


def test_a_stack_without_queues_is_told() -> None:
    with pytest.raises(UnreachableError) as raised:
        Looking({})(stack="dev")

    assert str(raised.value) == ("stack dev has no dead-letter queue; use --queue-url to name one")


def test_a_kind_that_is_not_known_has_no_destination() -> None:
    [found] = Looking({"a": {"kind": "other", "queueUrl": URL}})(stack="dev")

    assert (found.kind, found.missing(), found.destination(lambda _: None)) == ("other", None, None)
    [known] = Looking({"a": {"kind": "invocation", "queueUrl": URL}})(stack="dev")
    assert known.missing() == "--function"


@pytest.mark.parametrize(
    ("held", "may_be", "seconds", "notice"),
    [
        (3, 0, 0, None),
        (
            3,
            0,
            90.5,
            "3 dead letters in dead stay hidden from every reader, until "
            "2026-03-01T12:01:30.500Z at the latest; nothing is lost: why",
        ),
        (
            3,
            10,
            1,
            "3 to 13 dead letters in dead stay hidden from every reader, until "
            "2026-03-01T12:00:01.000Z at the latest; nothing is lost: why",
        ),
    ],
)
def test_what_stays_hidden_is_told_with_its_end(
    held: int, may_be: int, seconds: float, notice: str | None
) -> None:
    reader: Any = SimpleNamespace(
        held=held,
        may_be_hidden=may_be,
        hidden_seconds=seconds,
        why_hidden="why",
        url="https://x/1/dead",
    )

    assert hidden_notice(reader, NOON) == notice
