"""The consumer of clicks: a click that arrives twice is counted once."""

from __future__ import annotations

import logging
import os

from serverless_runtime.queue_consumer import Message, UnreadableMessageError, each_message
from serverless_runtime.shared import aws

log = logging.getLogger(__name__)


def count(message: Message) -> None:
    product = _product(message)
    if product is None:
        # Anyone may post anything: it is no work that failed, and nobody is woken for it.
        log.warning("not a click", extra=message.ids)
        return
    aws.client("dynamodb").put_item(
        TableName=os.environ["COUNTED"],
        Item={"click": {"S": message.attributes["request"]}, "product": {"S": product}},
    )


def _product(message: Message) -> str | None:
    try:
        click = message.json()
    except UnreadableMessageError:
        return None
    product = click.get("productId") if isinstance(click, dict) else None
    return product if isinstance(product, str) and product else None


handle = each_message(count)
