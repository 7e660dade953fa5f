"""A relay over moto's outbox table, with a clock that stands still until a test moves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from serverless_runtime.handoff.errors import NeverAcceptedError
from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.handoff import Handoff
from serverless_runtime.handoff.outbox_rows import SHARDS
from serverless_runtime.handoff.relay.dynamo_outbox import DynamoOutbox
from serverless_runtime.handoff.relay.hand_off_due_events import relay_shard
from serverless_runtime.handoff.relay.ports import Claim, Report, WaitingRow
from serverless_runtime.handoff.settings import HandoffSettings
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.dynamodb import DynamoDbClient
from tests.lambdas.handoff.outbox_table import rows
from tests.lambdas.tables import OUTBOX
from tests.lambdas.wire import Moto

START = 1_772_357_400.0
MINIMUM_AGE_SECONDS = 45


class RecordedTarget:
    """Accepts events while `open`, and records the ids of those that it was invoked with."""

    def __init__(self) -> None:
        self.open = True
        self.never: NeverAcceptedError | None = None
        self.event_ids: list[str] = []
        self.while_invoked: Callable[[], Any] = lambda: None

    def hand_off(self, event: Event) -> bool:
        self.event_ids.append(event.event_id)
        self.while_invoked()
        if self.never is not None:
            raise self.never
        return self.open


@dataclass
class Clock:
    now: float = START

    def __call__(self) -> float:
        return self.now


class RelayScenario:
    """Events that their callers could not hand off, and relays that try."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.target = RecordedTarget()
        self.dead_letters: list[tuple[str, str]] = []
        self.keeps_dead_letters = True

    def leave_behind(self, event_id: str) -> None:
        """Commit an event now, whose caller does not get it handed off."""
        nobody = HandoffSettings(target_arn="", outbox_table_name=OUTBOX)
        event = Event(event_id=event_id, correlation_id="c", payload=b'{"type": "x"}')
        assert not Handoff(settings=nobody, clock=self.clock).hand_off(event)

    def run(
        self, *, has_time: Callable[[], bool] = lambda: True, outbox: DynamoOutbox | None = None
    ) -> Report:
        """Run a relay over every shard, one after the other."""
        reports = [
            relay_shard(
                shard,
                outbox=outbox or DynamoOutbox(OUTBOX),
                target=self.target,
                dead_letter=self._dead_letter,
                minimum_age_seconds=MINIMUM_AGE_SECONDS,
                has_time=has_time,
                clock=self.clock,
            )
            for shard in SHARDS
        ]
        return sum(reports, start=Report())

    def _dead_letter(self, event: Event, rejection: NeverAcceptedError) -> None:
        if not self.keeps_dead_letters:
            raise ConnectionError
        self.dead_letters.append((event.event_id, str(rejection)))

    def row(self) -> dict[str, Any]:
        """Return the only row of the outbox."""
        [row] = rows()
        return row


class LongOutbox:
    """Implements `Outbox` with many due rows; a busy table removes one row of each batch."""

    def __init__(self, length: int, *, busy: bool = False) -> None:
        self.removed: list[str] = []
        self._length = length
        self._busy = busy

    def oldest_first(self, shard: str, *, committed_before: int) -> Iterator[WaitingRow]:
        for number in range(self._length):
            yield WaitingRow(
                shard=shard,
                committed=f"0#{number}",
                event_id=str(number),
                committed_at=0,
                next_attempt_at=0,
                attempts=0,
            )

    def claim(self, row: WaitingRow, *, owner: str, next_attempt_at: int) -> Claim | None:
        event = Event(event_id=row.event_id, correlation_id="c", payload=b"{}")
        return Claim(row=row, event=event)

    def remove(self, claims: Sequence[Claim]) -> list[Claim]:
        served = claims[:1] if self._busy else claims
        self.removed += [each.event.event_id for each in served]
        return list(claims[len(served) :])


def other_client() -> DynamoDbClient:
    """Return a client that no hook of a test listens to."""
    client = DynamoDbClient(aws.CLIENT_CONFIGS["dynamodb"])
    client.transport = Moto()
    return client
