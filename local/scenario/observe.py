"""What tour, chaos and tests observe: the emulator's own state, never what they have counted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

from local.deployed import Deployed
from local.emulator.log_events import log_events
from local.scenario.handoff_stack import HandoffStack
from local.scenario.prerequisites import PLATFORMS
from local.wait import DeadlineExceededError, wait_until
from serverless_ops.aws.logs import log_group as find_log_group
from serverless_ops.dead_letters.reader import DeadLetterReader

T = TypeVar("T")

ONCE_EACH = {"email": 1, "sms": 1, "push": 1, "webhook": 1}
"""The number of messages for one event, by kind of channel."""

ATTEMPTS = 3
"""How often Lambda attempts an event."""

CALLERS = ("tasks-create-task", "tasks-update-task", "tasks-delete-task")
RELAY = "task-events-relay"
TARGET = "notifications-send-notification"

_TIMEOUT_SECONDS = 20


class ObservationError(Exception):
    """Something expected was not observed."""

    def __init__(self, expected: str, seen: str, where: str) -> None:
        super().__init__(f"expected {expected}\n     got {seen}\n     look {where}")


def require(fulfilled: bool, expected: str, *, seen: object, where: str) -> None:
    """Raise ObservationError unless `fulfilled`."""
    if not fulfilled:
        raise ObservationError(expected, repr(seen), where)


def wait_for(
    poll: Callable[[], T],
    expected: str,
    *,
    where: str,
    enough: Callable[[T], bool] = bool,
    seconds: float = _TIMEOUT_SECONDS,
) -> T:
    """Poll until `enough` accepts what is seen and return it. Raises ObservationError."""
    try:
        return wait_until(poll, expected, seconds=seconds, enough=enough)
    except DeadlineExceededError as error:
        raise ObservationError(expected, str(error), where) from error


def log_group(stack: HandoffStack, operation: str) -> str:
    """Name of the log group that a function writes to."""
    return find_log_group(stack.client("lambda"), stack.function_names()[operation])


def raw_log(stack: HandoffStack, operation: str) -> list[str]:
    """Every line that a function logged, oldest first; the lines of a run appear at its end."""
    return log_lines(stack.client("logs"), log_group(stack, operation))


def log_lines(logs: Any, group: str) -> list[str]:
    """Every line of a log group, oldest first."""
    return [event["message"].rstrip("\n") for event in log_events(logs, group)]


def log_records(stack: HandoffStack, *operations: str) -> list[dict[str, Any]]:
    """The JSON lines of the functions' logs."""
    lines = [line for operation in operations for line in raw_log(stack, operation)]
    return [json.loads(line) for line in lines if line.startswith("{")]


def emails_about(stack: HandoffStack, words: str) -> list[dict[str, Any]]:
    """The emails whose subject or text contains `words`."""
    return [
        email
        for email in stack.emulator.emails()
        if words in email["Subject"] or words in (email.get("BodyText") or "")
    ]


def texts_about(stack: HandoffStack, words: str) -> list[dict[str, Any]]:
    """The text messages that contain `words`."""
    return [text for text in stack.emulator.texts() if words in text["Message"]]


def pushes_about(stack: HandoffStack, platform: str, words: str) -> list[dict[str, Any]]:
    """The push notifications to the platform's phone that contain `words`, decoded."""
    escaped = json.dumps(words)[1:-1]
    pushed = [json.loads(push["Body"]) for push in stack.pushes(platform)]
    return [each for each in pushed if escaped in json.dumps(each)]


def arrivals(stack: HandoffStack, words: str) -> dict[str, int]:
    """How many messages that contain `words` have arrived, by kind of channel."""
    return {
        "email": len(emails_about(stack, words)),
        "sms": len(texts_about(stack, words)),
        # Every phone receives the same notification at the same time.
        "push": len(pushes_about(stack, PLATFORMS[0], words)),
        "webhook": len(stack.receiver.about(words)),
    }


def queue_depth(stack: HandoffStack) -> int:
    """Dead letters in the queue, visible or in flight."""
    return sum(DeadLetterReader(stack.client("sqs"), stack.dead_letter_queue_url).depth())


def depth_alarm(stack: HandoffStack) -> dict[str, Any]:
    """The alarm on the dead-letter queue's depth, as CloudWatch describes it now."""
    return alarms_by_id(stack)["dead-letter-depth"]


def alarms_by_id(stack: Deployed) -> dict[str, dict[str, Any]]:
    """Every alarm that the stack's operations list, as CloudWatch describes it now, by its id.

    The id is the name of the runbook page that the alarm's description ends with.
    """
    described = stack.client("cloudwatch").describe_alarms(
        AlarmNames=list(stack.operations["alarms"].values()),
        AlarmTypes=["MetricAlarm", "CompositeAlarm"],
    )
    alarms = described["MetricAlarms"] + described["CompositeAlarms"]
    return {runbook_page(alarm["AlarmDescription"]): alarm for alarm in alarms}


def runbook_page(description: str) -> str:
    """The name of the page, and thereby the alarm's id, in an alarm's description."""
    [page] = re.findall(r"What to do: \S*/([a-z-]+)\.md$", description)
    return str(page)


def delivered_event_ids(stack: HandoffStack) -> set[str]:
    """Events that were delivered on every channel, by the deliveries table."""
    pages = (
        stack.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=stack.deliveries_table, ConsistentRead=True)
    )
    rows = [row for page in pages for row in page["Items"]]
    open_ids = {row["event_id"]["S"] for row in rows if row["status"]["S"] != "COMPLETED"}
    return {row["event_id"]["S"] for row in rows} - open_ids
