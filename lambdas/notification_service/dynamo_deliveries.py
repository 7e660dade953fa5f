"""Deliveries in DynamoDB: one row per event and channel, never the text that was sent."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from lambdas.contracts.task_event import TaskEvent
from lambdas.notification_service.deliveries import DeliveryInProgressError, Lease, Standing
from lambdas.notification_service.settings.channel import Guarantee
from lambdas.shared import aws

LEASE_SECONDS = 60
"""More than the function's time-out of 45 s: a lease outlasts its attempt. Less than the time-out
plus Lambda's first retry delay of 60 s: the retry after a killed attempt finds the lease ended."""

KEPT_SECONDS = 21 * 86_400
"""A replay is recognised for as long as there can be one: 14 days in the dead-letter queue, 6 hours
in Lambda's own queue, and a margin."""

IN_PROGRESS, COMPLETED, DEAD_LETTERED = "IN_PROGRESS", "COMPLETED", "DEAD_LETTERED"


class DynamoDeliveries:
    """Fulfils `Deliveries`. Times are epoch seconds; `expires_at` is the table's TTL attribute."""

    def __init__(
        self, table_name: str, client: Any = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._table_name = table_name
        self._client = client or aws.client("dynamodb")
        self._clock = clock

    def start(self, event: TaskEvent, lease: Lease, guarantee: Guarantee) -> Standing:
        """Take the lease if it can be had, and say how the delivery stands.

        Raises DeliveryInProgressError while another owner's lease lasts.
        """
        free = "attribute_not_exists(event_id)"
        given_up = "(#status = :dead_lettered AND replays < :replays)"
        ended = "#status = :in_progress AND lease_until < :now"
        if guarantee == "at_most_once":
            ended += " AND replays < :replays"
        now = int(self._clock())
        row = self._put(event, lease, now, f"{free} OR {given_up} OR ({ended})")
        if row is None:
            return "taken"
        status, replays = row["status"]["S"], int(row["replays"]["N"])
        if status == COMPLETED:
            return "delivered"
        if status == DEAD_LETTERED:
            return "given_up"
        if (until := int(row["lease_until"]["N"])) >= now:
            raise DeliveryInProgressError(
                f"another attempt holds this event until {until} (epoch seconds)"
            )
        # The lease has ended and was not ours to take: the channel sends at most once.
        return "given_up" if event.replays < replays else self._take_unknown(event, lease, now, row)

    def _take_unknown(
        self, event: TaskEvent, lease: Lease, now: int, row: dict[str, Any]
    ) -> Standing:
        """Take over a lease that has ended, in order to give up; only one attempt can."""
        same = "#status = :in_progress AND lease_owner = :last_owner"
        if self._put(event, lease, now, same, {":last_owner": row["lease_owner"]}) is not None:
            raise DeliveryInProgressError("another attempt has just taken this event over")
        return "unknown"

    def _put(
        self,
        event: TaskEvent,
        lease: Lease,
        now: int,
        condition: str,
        values: dict[str, Any] | None = None,
    ) -> dict[str, Any] | None:
        """Write our lease; return None if it holds now, and the row that stopped it if not."""
        known = {
            ":in_progress": {"S": IN_PROGRESS},
            ":dead_lettered": {"S": DEAD_LETTERED},
            ":now": {"N": str(now)},
            ":replays": {"N": str(event.replays)},
            **(values or {}),
        }
        try:
            self._client.put_item(
                TableName=self._table_name,
                Item=_row(event, lease, now),
                ConditionExpression=condition,
                ExpressionAttributeNames={"#status": "status"},
                # DynamoDB refuses values that the condition does not use.
                ExpressionAttributeValues={k: v for k, v in known.items() if k in condition},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if not _is_condition_failure(error):
                raise
            row: dict[str, Any] = error.response["Item"]
            # Our own first write, whose answer was lost.
            return None if row["lease_owner"]["S"] == lease.owner else row
        return None

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
                ":completed": {"S": COMPLETED},
                ":provider_id": {"S": provider_id},
                ":now": {"N": str(now)},
                ":expires_at": {"N": str(now + KEPT_SECONDS)},
            },
        )

    def give_up(self, lease: Lease) -> bool:
        """Record that a dead letter exists; return False, and change nothing, if taken over."""
        now = int(self._clock())
        return self._if_owned(
            self._client.update_item,
            lease,
            UpdateExpression=(
                "SET #status = :dead_lettered, dead_lettered_at = :now, expires_at = :expires_at"
                " REMOVE lease_until"
            ),
            ExpressionAttributeNames={"#status": "status"},
            values={
                ":dead_lettered": {"S": DEAD_LETTERED},
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


def _row(event: TaskEvent, lease: Lease, now: int) -> dict[str, Any]:
    return {
        "event_id": {"S": lease.event_id},
        "channel": {"S": lease.channel},
        "status": {"S": IN_PROGRESS},
        "lease_owner": {"S": lease.owner},
        "lease_until": {"N": str(now + LEASE_SECONDS)},
        "replays": {"N": str(event.replays)},
        "task_id": {"S": event.task.task_id},
        "event_type": {"S": event.event_type},
        "correlation_id": {"S": event.correlation_id},
        "expires_at": {"N": str(now + KEPT_SECONDS)},
    }
