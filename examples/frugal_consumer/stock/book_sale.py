"""The consumer: books each sale once, however often it arrives."""

from __future__ import annotations

import logging
import os
from typing import Any

from serverless_runtime.queue_consumer import Message, each_message
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.errors import service_errors

log = logging.getLogger(__name__)


class UnknownTitleError(Exception):
    """The stock system does not know the title; somebody has to enter it."""


def book(message: Message) -> None:
    sale = message.json()
    log.info("connected", extra={"sale_id": sale["saleId"]})
    try:
        _book(sale)
    finally:
        log.info("disconnected", extra={"sale_id": sale["saleId"]})


def _book(sale: dict[str, Any]) -> None:
    remember = {
        "TableName": os.environ["BOOKED_SALES"],
        "Item": {"sale_id": {"S": sale["saleId"]}, "shop": {"S": sale["shop"]}},
        "ConditionExpression": "attribute_not_exists(sale_id)",
    }
    subtract = {
        "TableName": os.environ["TITLES"],
        "Key": {"title": {"S": sale["title"]}},
        "UpdateExpression": "ADD copies :sold",
        "ConditionExpression": "attribute_exists(title)",
        "ExpressionAttributeValues": {":sold": {"N": str(-sale["copies"])}},
    }
    try:
        aws.client("dynamodb").transact_write_items(
            TransactItems=[{"Put": remember}, {"Update": subtract}]
        )
    except service_errors() as error:
        was_booked, title_known = _conditions(error.response)
        if was_booked:
            log.info("booked before", extra={"sale_id": sale["saleId"]})
        elif not title_known:
            raise UnknownTitleError(f"no title {sale['title']!r} in the stock system") from error
        else:
            raise


def _conditions(response: dict[str, Any]) -> tuple[bool, bool]:
    """Whether the sale has been booked before, and whether its title is known."""
    failed = [
        each.get("Code") == "ConditionalCheckFailed"
        for each in response.get("CancellationReasons", [])
    ]
    return (failed[0], not failed[1]) if failed else (False, True)


# Short delays: the stock system is restarted within seconds, or a person is needed.
handle = each_message(book, retry_delays_seconds=(1, 2, 4))
