"""The caller's side of a handoff: an event is committed with the caller's own writes, then told.

Lambda usually accepts the event at once. If it does not, or the caller dies first, the event waits
in the outbox, and the relay (the package beside this file) hands it off within about two minutes.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from serverless_runtime.handoff import log_messages
from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.outbox_rows import key_of, row_of
from serverless_runtime.handoff.settings import HandoffSettings
from serverless_runtime.handoff.target import Target
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.dynamodb import DynamoDb
from serverless_runtime.shared.environment import read_settings

log = logging.getLogger(__name__)


class Handoff:
    """Gives work to one target function. Knows ids and bytes, not what they mean.

    Without an outbox table delivery is direct: an event that Lambda does not accept is logged
    and lost.
    """

    def __init__(
        self,
        target: Target,
        outbox_table_name: str | None = None,
        client: DynamoDb | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._target = target
        self._outbox_table_name = outbox_table_name
        self._client = client
        self._clock = clock

    @classmethod
    def from_environment(cls) -> Self:
        """Return the handoff that the function's settings name. Raises MissingSettingsError."""
        settings = read_settings(HandoffSettings)
        return cls(Target(settings.handoff_target_arn), settings.handoff_outbox_table_name)

    def commit(self, writes: Sequence[Mapping[str, Any]], event: Event) -> bool:
        """Store the caller's writes and the event, all or nothing; then hand the event off.

        `writes` are 1 to 99 of DynamoDB's TransactItems. What fails until they are stored is
        raised as it is: a RefusedError's CancellationReasons are in the order of `writes`. What
        fails afterwards is logged, and never raised.

        Returns whether Lambda has accepted the event already; if not, the relay sees to it.
        """
        committed_at_ms = self._now_ms()
        self._dynamodb.transact_write_items(
            TransactItems=[*writes, *self._outbox_puts(event, committed_at_ms)],
            # The same in repeats of this request: one whose answer was lost is not
            # taken for another, whose conditions would then fail on our own writes.
            ClientRequestToken=str(uuid.uuid4()),
        )
        return self._deliver(event, committed_at_ms)

    def hand_off(self, event: Event) -> bool:
        """Hand an event off that no write of the caller's belongs to.

        Raises what DynamoDB raises if the event cannot be put into the outbox: then nothing has
        happened. Returns whether Lambda has accepted the event already; if not, the relay sees
        to it, or with direct delivery nobody does.
        """
        committed_at_ms = self._now_ms()
        for each in self._outbox_puts(event, committed_at_ms):
            self._dynamodb.put_item(**each["Put"])
        return self._deliver(event, committed_at_ms)

    def _outbox_puts(self, event: Event, committed_at_ms: int) -> list[dict[str, Any]]:
        if self._outbox_table_name is None:
            return []
        row = row_of(event, committed_at_ms)
        return [{"Put": {"TableName": self._outbox_table_name, "Item": row}}]

    def _deliver(self, event: Event, committed_at_ms: int) -> bool:
        if not self._target.accepts(event):
            return False
        if self._outbox_table_name is not None:
            self._delete_row(self._outbox_table_name, event, committed_at_ms)
        return True

    def _delete_row(self, table_name: str, event: Event, committed_at_ms: int) -> None:
        try:
            self._dynamodb.delete_item(
                TableName=table_name, Key=key_of(event.event_id, committed_at_ms)
            )
        except Exception:
            # Harmless: the relay hands the event off again, and the target skips a duplicate.
            log.warning(log_messages.OUTBOX_ROW_NOT_DELETED, extra=event.ids, exc_info=True)

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)

    @property
    def _dynamodb(self) -> DynamoDb:
        return self._client or aws.dynamodb()
