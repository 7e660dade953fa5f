"""Events that wait are counted, and those of a period found to the millisecond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from serverless_ops.outbox.waiting_events import read_backlog, waiting_events
from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.outbox_rows import row_of
from tests.lambdas.tables import OUTBOX
from tests.ops.deliveries_table import Reader
from tests.ops.fakes import Overriding

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOON_MS = 1_772_366_400_000


def _add(reader: Reader, **committed_ms: int) -> None:
    """Commit events, each named by its id, so many milliseconds after noon."""
    for event_id, after_ms in committed_ms.items():
        event = Event(
            event_id=event_id,
            correlation_id=f"c-{event_id}",
            payload=b"{}",
            log_fields={"order_id": "o-1", "tier": "gold"},
        )
        reader.dynamodb.put_item(TableName=OUTBOX, Item=row_of(event, NOON_MS + after_ms))


def test_a_period_includes_both_of_its_ends(reader: Reader) -> None:
    until = NOON + timedelta(milliseconds=60_000)
    _add(reader, before=-1, first=0, middle=30_000, last=60_000, after=60_001)

    found = {each.event_id: each for each in waiting_events(reader.dynamodb, OUTBOX, NOON, until)}

    assert found.keys() == {"first", "middle", "last"}
    middle = found["middle"]
    assert middle.correlation_id == "c-middle"
    assert middle.about == {"order_id": "o-1"}
    assert middle.committed_at == middle.next_attempt_at == NOON + timedelta(seconds=30)
    assert middle.attempts == 0


def test_everything_that_waits_is_counted_with_the_oldest(reader: Reader) -> None:
    assert read_backlog(reader.dynamodb, OUTBOX).oldest_at is None
    _add(reader, **{f"e-{number}": number for number in range(40)})

    backlog = read_backlog(reader.dynamodb, OUTBOX)

    assert (backlog.count, backlog.is_complete, backlog.oldest_at) == (40, True, NOON)


def test_a_count_of_more_than_a_page_is_not_complete(reader: Reader) -> None:
    _add(reader, one=0, two=1)
    cut: dict[str, Any] = {"LastEvaluatedKey": {}}
    dynamodb = Overriding(
        reader.dynamodb,
        query=lambda **arguments: {**reader.dynamodb.query(**arguments), **cut},
    )

    backlog = read_backlog(dynamodb, OUTBOX)

    assert (backlog.count, backlog.is_complete) == (2, False)
