"""The worker: applies each booking to its account once, however often it arrives."""

from __future__ import annotations

import logging
import os

from serverless_runtime.fifo_consumer import each_in_order
from serverless_runtime.queue_consumer import Message
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.errors import is_condition_failure, service_errors

log = logging.getLogger(__name__)


class RefusedError(Exception):
    """The account takes no bookings now; somebody has to open it."""


def apply(message: Message) -> None:
    booking = message.json()
    account, number = booking["account"], booking["number"]
    log.info("began", extra={"account": account, "number": number})
    try:
        _apply(account, str(number), str(booking["amount"]))
    finally:
        log.info("ended", extra={"account": account, "number": number})


def _apply(account: str, number: str, amount: str) -> None:
    try:
        # One write, so that a booking is in the balance and among the applied ones, or in neither.
        aws.client("dynamodb").update_item(
            TableName=os.environ["ACCOUNTS"],
            Key={"account": {"S": account}},
            UpdateExpression="SET applied = list_append(if_not_exists(applied, :none), :numbers) "
            "ADD balance :amount",
            ConditionExpression="NOT contains(applied, :number) "
            "AND (attribute_not_exists(blocked_at) OR blocked_at <> :number)",
            ExpressionAttributeValues={
                ":none": {"L": []},
                ":number": {"S": number},
                ":numbers": {"L": [{"S": number}]},
                ":amount": {"N": amount},
            },
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except service_errors() as error:
        if not is_condition_failure(error):
            raise
        row = error.response["Item"]
        if {"S": number} in row.get("applied", {}).get("L", []):
            log.info("applied before", extra={"account": account, "number": number})
            return
        raise RefusedError(f"account {account} refuses booking {number}") from error


# Short delays: nothing else of the account is booked meanwhile.
handle = each_in_order(apply, retry_delays_seconds=(1, 2))
