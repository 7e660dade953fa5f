"""An event that EventBridge could not deliver to a target of a rule: it goes to that target alone.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

from __future__ import annotations

import functools
import re
from typing import Any

from botocore.exceptions import ClientError

from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.destination import Destination
from serverless_ops.dead_letters.failure_record import FailureRecord
from serverless_ops.dead_letters.kinds import Client, Message
from serverless_ops.dead_letters.replay_by_route import (
    NoRouteError,
    Route,
    RoutedDestination,
    existing_queue_url,
    remembered,
)
from serverless_ops.dead_letters.replay_to_function import FunctionDestination
from serverless_ops.dead_letters.replay_to_queue import QueueDestination
from serverless_ops.stack import DeadLetterQueue

_TRANSFORMS = ("Input", "InputPath", "InputTransformer")
_COUNT = re.compile(r"[0-9]{1,9}")
_PURGE = "purge --save saves it and deletes it"


def recognizes(message: Message) -> bool:
    """Whether it names the rule and the target."""
    return {"RULE_ARN", "TARGET_ARN"} <= (message.get("MessageAttributes") or {}).keys()


def read(message: Message) -> FailureRecord:
    """Return the event, and why it was not delivered."""
    attributes = message.get("MessageAttributes") or {}
    texts = {name: str(each.get("StringValue", "")) for name, each in attributes.items()}
    attempts = texts.get("RETRY_ATTEMPTS", "")
    return FailureRecord(
        payload=message["Body"],
        reason=texts.get("ERROR_MESSAGE") or "not delivered to the rule's target",
        error_type=texts.get("ERROR_CODE") or None,
        # EventBridge counts the retries only.
        attempts=int(attempts) + 1 if _COUNT.fullmatch(attempts) else None,
        condition=texts.get("EXHAUSTED_RETRY_CONDITION") or None,
        moved=True,
        source_arn=texts.get("RULE_ARN") or None,
        target_arn=texts.get("TARGET_ARN") or None,
    )


def missing(queue: DeadLetterQueue) -> str | None:
    """Nothing: each event names its target."""
    return None


def destination(queue: DeadLetterQueue, client: Client) -> Destination:
    """The rule's target that each event was for."""
    targets = remembered(functools.partial(_targets, client))

    def find(dead_letter: DeadLetter) -> Route:
        record = dead_letter.record
        if record is None or record.source_arn is None or record.target_arn is None:
            raise NoRouteError(f"it names no rule and no target; {_PURGE}")
        found = [each for each in targets(record.source_arn) if each["Arn"] == record.target_arn]
        if not found:
            raise NoRouteError(
                f"{record.source_arn} has no target {record.target_arn} any more; {_PURGE}"
            )
        return _route(queue, client, found[0], record.payload)

    return RoutedDestination("target the one that the rule of each event names", find)


def _targets(client: Client, rule_arn: str) -> list[dict[str, Any]]:
    *bus, rule = rule_arn.split(":rule/", 1)[-1].split("/")
    where = {"EventBusName": "/".join(bus)} if bus else {}
    pages = client("events").get_paginator("list_targets_by_rule").paginate(Rule=rule, **where)
    try:
        return [each for page in pages for each in page["Targets"]]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        raise NoRouteError(f"the rule {rule} is gone; {_PURGE}") from error


def _route(queue: DeadLetterQueue, client: Client, target: dict[str, Any], payload: str) -> Route:
    arn = target["Arn"]
    if changed := [name for name in _TRANSFORMS if target.get(name)]:
        raise NoRouteError(
            f"the rule changes the event for {arn} ({changed[0]}), which only EventBridge can do; "
            "export it and publish it again"
        )
    match arn.split(":")[2]:
        case "sqs":
            group = target.get("SqsParameters", {}).get("MessageGroupId")
            to_queue = QueueDestination(
                client("sqs"), queue.queue_url, existing_queue_url(client("sqs"), arn), group=group
            )
            return Route(destination=to_queue, payload=payload, with_attributes=False)
        case "lambda":
            return Route(destination=FunctionDestination(client("lambda"), arn), payload=payload)
        case service:
            raise NoRouteError(
                f"a target of {service} is not supported ({arn}); export it and publish it again"
            )
