"""The caller's side of a handoff: commit an event with the caller's own writes, then hand it off.

Lambda usually accepts the event immediately. If it does not, or the caller crashes first, the event
waits in the outbox, and the relay (`relay/` beside this file) hands it off within about two
minutes.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from serverless_runtime.handoff import log_messages
from serverless_runtime.handoff.event import Event, require_event
from serverless_runtime.handoff.outbox_rows import key_of, row_of
from serverless_runtime.handoff.settings import HandoffSettings, read_handoff_settings
from serverless_runtime.handoff.target import target_of
from serverless_runtime.shared import aws
from serverless_runtime.shared.arguments import require_a, require_callable, require_list
from serverless_runtime.shared.aws.dynamodb import delete_item_without_waiting

log = logging.getLogger(__name__)

MAX_WRITES = 99
"""DynamoDB takes 100 in one transaction; one is the event's."""

_WRITES = frozenset({"ConditionCheck", "Delete", "Put", "Update"})


class Handoff:
    """Hands work to one target function. Knows ids and bytes, not what they mean.

    Without an outbox table delivery is direct: an event that Lambda does not accept is logged
    and lost.
    """

    def __init__(
        self,
        name: str | None = None,
        *,
        settings: HandoffSettings | None = None,
        client: Any = None,
        target_client: Any = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Use the function's handoff of that name; without a name, its only one.

        The settings come from the environment, unless `settings` gives them. Raises
        MissingSettingsError, and ValueError naming the choices if the function has several.

        `client` is for DynamoDB, `target_client` for Lambda: boto3's, or by default the small ones
        of `serverless_runtime.shared.aws`.
        """
        require_callable("clock", clock)
        if settings is None:
            settings = read_handoff_settings(name)
        require_a("settings", settings, HandoffSettings, "HandoffSettings")
        self._target = target_of(settings, target_client)
        self._outbox_table_name = settings.outbox_table_name
        self._client = client
        self._clock = clock

    def commit(self, writes: Sequence[Mapping[str, Any]], event: Event) -> bool:
        """Store the caller's writes and the event, all or nothing; then hand the event off.

        `writes` are 1 to 99 of DynamoDB's TransactItems. What the client raises until they are
        stored is raised as it is, with the `CancellationReasons` of its `response` in the order of
        `writes`. What fails afterwards is logged, and never raised.

        Returns whether Lambda has accepted the event already; if not, the relay hands it off.
        """
        require_event(event)
        _require_writes(writes)
        committed_at_ms = self._now_ms()
        self._dynamodb.transact_write_items(
            TransactItems=[*writes, *self._outbox_puts(event, committed_at_ms)]
        )
        return self._deliver(event, committed_at_ms)

    def hand_off(self, event: Event) -> bool:
        """Hand off an event that belongs to no write of the caller's.

        Raises what the client raises if the event cannot be put into the outbox: then nothing has
        happened. Returns whether Lambda has accepted the event already; if not, the relay hands it
        off, or with direct delivery it is lost.
        """
        require_event(event)
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
        def failed(error: Exception) -> None:
            # Harmless: the relay hands the event off again, and the target skips a duplicate.
            log.warning(log_messages.OUTBOX_ROW_NOT_DELETED, extra=event.ids, exc_info=error)

        delete_item_without_waiting(
            self._dynamodb,
            failed,
            TableName=table_name,
            Key=key_of(event.event_id, committed_at_ms),
        )

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)

    @property
    def _dynamodb(self) -> Any:
        return self._client or aws.client("dynamodb")


def _require_writes(writes: Sequence[Mapping[str, Any]]) -> None:
    require_list("writes", writes, Mapping, "a mapping, one of DynamoDB's TransactItems")
    if not 1 <= len(writes) <= MAX_WRITES:
        raise ValueError(f"writes must be 1 to {MAX_WRITES}, got {len(writes)}")
    for number, each in enumerate(writes):
        if len(each) != 1 or not _WRITES.issuperset(each):
            raise ValueError(
                f"writes[{number}] must have one of {', '.join(sorted(_WRITES))}, "
                f"got {', '.join(map(ascii, each)) or 'nothing'}"
            )
