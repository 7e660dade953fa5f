"""The subscribers: each department works on what it wants, once, however often it arrives."""

from __future__ import annotations

import logging
import os
import random

from serverless_runtime.handoff import ReceivedEvent
from serverless_runtime.queue_consumer import Message, each_message
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.errors import is_condition_failure, service_errors

log = logging.getLogger(__name__)


class BureauError(Exception):
    """The credit bureau did not respond."""


def enter_in_ledger(message: Message) -> None:
    _keep("ledger", _event(message))


def report_vat(message: Message) -> None:
    _keep("vat", _event(message))


def check_credit(message: Message) -> None:
    event = _event(message)
    _ask_bureau()
    _keep("credit", event)


def _event(message: Message) -> ReceivedEvent:
    return ReceivedEvent.from_payload(message.json())


def _ask_bureau() -> None:
    """Stands for a call to the bureau, which fails as often as its row says."""
    row = aws.client("dynamodb").get_item(
        TableName=os.environ["PARTNERS"], Key={"partner": {"S": "credit-bureau"}}
    )
    failing_percent = int(row.get("Item", {}).get("failing_percent", {}).get("N", "0"))
    if random.random() * 100 < failing_percent:  # noqa: S311 -- no secret
        raise BureauError("the credit bureau did not respond")


def _keep(department: str, event: ReceivedEvent) -> None:
    """Keep that the department has worked on the event."""
    try:
        aws.client("dynamodb").put_item(
            TableName=os.environ["ENTRIES"],
            Item={"department": {"S": department}, "event_id": {"S": event.event_id}},
            ConditionExpression="attribute_not_exists(event_id)",
        )
    except service_errors() as error:
        if not is_condition_failure(error):
            raise
        log.info("entered before", extra=event.ids)
    else:
        log.info("entered", extra=event.ids)


ledger = each_message(enter_in_ledger, retry_delays_seconds=(1,))
vat = each_message(report_vat, retry_delays_seconds=(1,))
credit = each_message(check_credit, retry_delays_seconds=(1,))
