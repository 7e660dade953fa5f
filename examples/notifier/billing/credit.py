"""The credit check asks a bureau about large invoices. The bureau is not always there."""

from __future__ import annotations

import os
import random

from billing.entries import keep
from serverless_runtime.handoff.received import ReceivedEvent
from serverless_runtime.queue_consumer import Message, each_message
from serverless_runtime.shared import aws


class BureauError(Exception):
    """The credit bureau did not answer."""


def check(message: Message) -> None:
    event = ReceivedEvent.from_payload(message.json())
    _ask_bureau()
    keep("credit", event)


def _ask_bureau() -> None:
    """Stands for a call to the bureau, which fails as often as its row says."""
    row = aws.client("dynamodb").get_item(
        TableName=os.environ["PARTNERS"], Key={"partner": {"S": "credit-bureau"}}
    )
    failing_percent = int(row.get("Item", {}).get("failing_percent", {}).get("N", "0"))
    if random.random() * 100 < failing_percent:  # noqa: S311 -- no secret
        raise BureauError("the credit bureau did not answer")


handle = each_message(check, retry_delays_seconds=(1,))
