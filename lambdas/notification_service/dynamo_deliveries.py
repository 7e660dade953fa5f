"""Deliveries in DynamoDB: one row per event and channel, never the text that was sent."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from lambdas.contracts.task_event import TaskEvent
from lambdas.notification_service.notify import DeliveryInProgressError, Lease
from lambdas.shared import aws

LEASE_SECONDS = 60
"""More than the function's time-out of 45 s: a lease outlasts its attempt. Less than the time-out
plus Lambda's first retry delay of 60 s: the retry after a killed attempt finds the lease ended."""

KEPT_SECONDS = 21 * 86_400
"""A replay is recognised for as long as there can be one: 14 days in the dead-letter queue, 6 hours
in Lambda's own queue, and a margin."""


class DynamoDeliveries:
    """Fulfils `Deliveries`. Times are epoch seconds; `expires_at` is the table's TTL attribute."""

    def __init__(
        self, table_name: str, client: Any = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._table_name = table_name
        self._client = client or aws.client("dynamodb")
        self._clock = clock

    def start(self, event: TaskEvent, lease: Lease) -> bool:
        """Take the lease, or return False if the event is delivered already.

        Raises DeliveryInProgressError while another owner's lease lasts.
        """
        now = int(self._clock())
        try:
            self._client.put_item(
                TableName=self._table_name,
                Item={
                    "event_id": {"S": lease.event_id},
                    "channel": {"S": lease.channel},
                    "status": {"S": "IN_PROGRESS"},
                    "lease_owner": {"S": lease.owner},
                    "lease_until": {"N": str(now + LEASE_SECONDS)},
                    "task_id": {"S": event.task.task_id},
                    "event_type": {"S": event.event_type},
                    "correlation_id": {"S": event.correlation_id},
                    "expires_at": {"N": str(now + KEPT_SECONDS)},
                },
                ConditionExpression=(
                    "attribute_not_exists(event_id)"
                    " OR (#status = :in_progress AND lease_until < :now)"
                ),
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues={
                    ":in_progress": {"S": "IN_PROGRESS"},
                    ":now": {"N": str(now)},
                },
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if not _is_condition_failure(error):
                raise
            return _is_ours(error.response["Item"], lease)
        return True

    def finish(self, lease: Lease, provider_id: str) -> bool:
        """Record the delivery; return False, and change nothing, if the lease was taken over."""
        now = int(self._clock())
        return self._if_owned(
            self._client.update_item,
            lease,
            UpdateExpression=(
                "SET #status = :completed, provider_id = :provider_id, completed_at = :now,"
                " expires_at = :expires_at REMOVE lease_until"
            ),
            ExpressionAttributeNames={"#status": "status"},
            values={
                ":completed": {"S": "COMPLETED"},
                ":provider_id": {"S": provider_id},
                ":now": {"N": str(now)},
                ":expires_at": {"N": str(now + KEPT_SECONDS)},
            },
        )

    def release(self, lease: Lease) -> bool:
        """Give the lease back for a retry; return False, and change nothing, if taken over."""
        return self._if_owned(self._client.delete_item, lease, values={})

    def _if_owned(
        self, call: Callable[..., Any], lease: Lease, values: dict[str, Any], **arguments: Any
    ) -> bool:
        # The owner stays in the row when the delivery is completed: a finish that the SDK repeats
        # after a lost answer meets its own owner and succeeds again.
        try:
            call(
                TableName=self._table_name,
                Key={"event_id": {"S": lease.event_id}, "channel": {"S": lease.channel}},
                ConditionExpression="lease_owner = :owner",
                ExpressionAttributeValues={":owner": {"S": lease.owner}, **values},
                **arguments,
            )
        except ClientError as error:
            if not _is_condition_failure(error):
                raise
            return False
        return True


def _is_condition_failure(error: ClientError) -> bool:
    return bool(error.response["Error"]["Code"] == "ConditionalCheckFailedException")


def _is_ours(row: dict[str, Any], lease: Lease) -> bool:
    """Whether the row that stopped `start` is our own first write, whose answer was lost."""
    if row["lease_owner"]["S"] == lease.owner:
        return True
    if row["status"]["S"] == "COMPLETED":
        return False
    raise DeliveryInProgressError(
        f"another attempt holds this event until {row['lease_until']['N']} (epoch seconds)"
    )
