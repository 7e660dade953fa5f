"""What the tour looks at: the emulator's own state, never what the tour itself has counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Any, TypeVar

from local.outside import PLATFORMS
from local.stack import DeployedStack
from local.wait import NeverHappenedError, wait_until
from pulumi_serverless.blocks.monitoring.alarm_kind import AlarmKind

T = TypeVar("T")

CALLERS = ("create-task", "update-task", "delete-task")
RELAY = "relay"
TARGET = "send-notification"

_PATIENCE_SECONDS = 20
_STREAMS_AT_ONCE = 100


class ObservationError(Exception):
    """Something the tour tells of did not happen."""

    def __init__(self, expected: str, seen: str, where: str) -> None:
        super().__init__(f"expected {expected}\n     seen {seen}\n     look {where}")


def require(fulfilled: bool, expected: str, *, seen: object, where: str) -> None:
    """Raise ObservationError unless fulfilled."""
    if not fulfilled:
        raise ObservationError(expected, repr(seen), where)


def wait_for(
    look: Callable[[], T],
    expected: str,
    *,
    where: str,
    enough: Callable[[T], bool] = bool,
    seconds: float = _PATIENCE_SECONDS,
) -> T:
    """Look until `enough` is seen and return it; ObservationError says what was there instead."""
    try:
        return wait_until(look, expected, seconds=seconds, enough=enough)
    except NeverHappenedError as error:
        raise ObservationError(expected, str(error), where) from error


def log_group(stack: DeployedStack, operation: str) -> str:
    """Name of the log group that a function writes to."""
    configuration = stack.client("lambda").get_function_configuration(
        FunctionName=stack.function_names()[operation]
    )
    return str(configuration["LoggingConfig"]["LogGroup"])


def raw_log(stack: DeployedStack, operation: str) -> list[str]:
    """Every line that the runs of a function wrote, oldest first; a run's lines come at its end."""
    return log_lines(stack.client("logs"), log_group(stack, operation))


def log_lines(logs: Any, group: str) -> list[str]:
    """Every line of a log group, oldest first."""
    pages = logs.get_paginator("describe_log_streams").paginate(logGroupName=group)
    streams = sorted({each["logStreamName"] for page in pages for each in page["logStreams"]})
    # Some streams at a time: the emulator ends at 10,000 lines, and gives no token for the rest.
    events = [
        event
        for start in range(0, len(streams), _STREAMS_AT_ONCE)
        for event in _events(
            logs, logGroupName=group, logStreamNames=streams[start : start + _STREAMS_AT_ONCE]
        )
    ]
    return [event["message"].rstrip("\n") for event in sorted(events, key=itemgetter("timestamp"))]


def _events(logs: Any, **asked: Any) -> Iterator[dict[str, Any]]:
    for page in logs.get_paginator("filter_log_events").paginate(**asked):
        yield from page["events"]


def lines_with(stack: DeployedStack, operation: str, text: str) -> list[str]:
    """Those of a function's lines that hold `text`, which has no quotes in it; oldest first."""
    group = log_group(stack, operation)
    events = _events(stack.client("logs"), logGroupName=group, filterPattern=f'"{text}"')
    return [event["message"].rstrip("\n") for event in events]


def log_records(stack: DeployedStack, *operations: str) -> list[dict[str, Any]]:
    """The JSON lines among them."""
    lines = [line for operation in operations for line in raw_log(stack, operation)]
    return [json.loads(line) for line in lines if line.startswith("{")]


def emails_about(stack: DeployedStack, words: str) -> list[dict[str, Any]]:
    """The e-mails whose subject or text holds `words`."""
    return [
        email
        for email in stack.emails()
        if words in email["Subject"] or words in (email.get("BodyText") or "")
    ]


def texts_about(stack: DeployedStack, words: str) -> list[dict[str, Any]]:
    """The SMS that hold `words`."""
    return [text for text in stack.texts() if words in text["Message"]]


def pushes_about(stack: DeployedStack, platform: str, words: str) -> list[dict[str, Any]]:
    """What the platform's phone was pushed, decoded, where it holds `words`."""
    escaped = json.dumps(words)[1:-1]
    pushed = [json.loads(push["Body"]) for push in stack.pushes(platform)]
    return [each for each in pushed if escaped in json.dumps(each)]


def arrivals(stack: DeployedStack, words: str) -> dict[str, int]:
    """How many messages that hold `words` have arrived, by kind of channel."""
    return {
        "email": len(emails_about(stack, words)),
        "sms": len(texts_about(stack, words)),
        # Every phone is pushed the same at the same time.
        "push": len(pushes_about(stack, PLATFORMS[0], words)),
        "webhook": len(stack.receiver.about(words)),
    }


def queue_depth(stack: DeployedStack, queue_url: str | None = None) -> int:
    """Messages in a queue, by default dead letters, whether visible or just being read."""
    attributes = stack.client("sqs").get_queue_attributes(
        QueueUrl=queue_url or stack.outputs["deadLetterQueueUrl"],
        AttributeNames=[
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
        ],
    )["Attributes"]
    return sum(int(count) for count in attributes.values())


def depth_alarm(stack: DeployedStack) -> dict[str, Any]:
    """The alarm on the dead-letter queue's depth, as CloudWatch describes it now."""
    name = stack.outputs["alarmNames"][AlarmKind.DEAD_LETTER_DEPTH]
    [depth] = stack.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    described: dict[str, Any] = depth
    return described


def delivered_event_ids(stack: DeployedStack) -> set[str]:
    """Events that every channel has been served for, by the deliveries table."""
    pages = (
        stack.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=stack.outputs["deliveriesTableName"], ConsistentRead=True)
    )
    rows = [row for page in pages for row in page["Items"]]
    open_ids = {row["event_id"]["S"] for row in rows if row["status"]["S"] != "COMPLETED"}
    return {row["event_id"]["S"] for row in rows} - open_ids
