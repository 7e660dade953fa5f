"""The outbox table as the relay uses it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from serverless_runtime.handoff.outbox_rows import Row, event_id_of, event_of, position_of
from serverless_runtime.handoff.relay.ports import Claim, WaitingRow
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.dynamodb import expression_values, query_items
from serverless_runtime.shared.aws.errors import is_condition_failure, service_errors

_MAX_BATCH = 25
"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html"""


class DynamoOutbox:
    """Implements `Outbox`; `client` is boto3's or the small one."""

    def __init__(self, table_name: str, client: Any = None) -> None:
        self._table_name = table_name
        self._client = client or aws.client("dynamodb")

    def oldest_first(self, shard: str, *, committed_before: int) -> Iterator[WaitingRow]:
        """Yield the rows committed before that time, a page of up to 1 MB at a time.

        Payloads are left out; a claim brings its own.
        """
        rows = query_items(
            self._client,
            TableName=self._table_name,
            ConsistentRead=True,
            KeyConditionExpression="#shard = :shard AND #committed < :before",
            ProjectionExpression="#shard, #committed, committed_at, next_attempt_at, attempts",
            ExpressionAttributeNames={"#shard": "shard", "#committed": "committed"},
            ExpressionAttributeValues=expression_values(
                shard=shard, before=position_of(committed_before)
            ),
        )
        yield from map(_waiting_row, rows)

    def claim(self, row: WaitingRow, *, owner: str, next_attempt_at: int) -> Claim | None:
        try:
            response = self._client.update_item(
                TableName=self._table_name,
                Key=_key(row),
                # Fails for a row that is gone, too: nothing equals an attribute that is not there.
                ConditionExpression="next_attempt_at = :seen",
                UpdateExpression=(
                    "SET #owner = :owner, attempts = :attempts, next_attempt_at = :next"
                ),
                ExpressionAttributeNames={"#owner": "owner"},
                ExpressionAttributeValues=expression_values(
                    seen=row.next_attempt_at,
                    owner=owner,
                    attempts=row.attempts + 1,
                    next=next_attempt_at,
                ),
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except service_errors() as error:
            if not is_condition_failure(error):
                raise
            return _own_claim(row, owner, error.response.get("Item"))
        return Claim(row=row, event=event_of(response["Attributes"]))

    def remove(self, claims: Sequence[Claim]) -> list[Claim]:
        # Without a condition, which a batch cannot have: another relay's claim does not make an
        # event that the target has accepted need its row.
        left = list(claims)
        busy: list[Claim] = []
        while left:
            batch, left = left[:_MAX_BATCH], left[_MAX_BATCH:]
            response = self._client.batch_write_item(
                RequestItems={
                    self._table_name: [{"DeleteRequest": {"Key": _key(each.row)}} for each in batch]
                }
            )
            unprocessed = response.get("UnprocessedItems", {}).get(self._table_name, ())
            keys = [each["DeleteRequest"]["Key"] for each in unprocessed]
            busy += [each for each in batch if _key(each.row) in keys]
        return busy


def _own_claim(row: WaitingRow, owner: str, stored: Row | None) -> Claim | None:
    """Return the claim if our own first request made it, and only its response was lost."""
    if stored is None or stored.get("owner") != {"S": owner}:
        return None
    return Claim(row=row, event=event_of(stored))


def _waiting_row(row: Row) -> WaitingRow:
    return WaitingRow(
        shard=row["shard"]["S"],
        committed=row["committed"]["S"],
        event_id=event_id_of(row["committed"]["S"]),
        committed_at=int(row["committed_at"]["N"]),
        next_attempt_at=int(row["next_attempt_at"]["N"]),
        attempts=int(row["attempts"]["N"]),
    )


def _key(row: WaitingRow) -> Row:
    return {"shard": {"S": row.shard}, "committed": {"S": row.committed}}
