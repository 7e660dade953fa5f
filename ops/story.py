"""The life of one event, step by step, from what logs, tables and the queue hold of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ops.dead_letter import DeadLetter
from ops.deliveries import DeliveryRecord
from ops.log_lines import LogLine
from ops.outbox import WaitingEvent
from ops.sight import moment_text
from ops.told import told

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that happened, or that stands now."""

    at: datetime | None
    where: str
    """The function that logged it, or "outbox", "deliveries", "dead letters", "replay"."""

    what: str
    event_id: str | None
    task_id: str | None
    correlation_id: str | None


def steps_of_lines(lines: Iterable[LogLine]) -> list[Step]:
    """Return a step for each line, in time order, and one for each replay that they show.

    A replay writes no line of its own: the first attempt with a higher count tells of it.
    """
    steps: list[Step] = []
    replays: dict[str | None, int] = {}
    for line in sorted(lines, key=lambda each: each.at):
        event_id, count = line.text("event_id"), line.fields.get("replays")
        if isinstance(count, int) and count > replays.get(event_id, 0):
            replays[event_id] = count
            steps.append(
                _step(line, "replay", f"it had been dead-lettered; a person replayed it ({count})")
            )
        steps.append(_step(line, line.function, told(line)))
    return steps


def step_of_outbox(event: WaitingEvent) -> Step:
    """Return what the outbox holds of an event."""
    return Step(
        at=event.committed_at,
        where="outbox",
        what=f"stored, and still waits: {event.attempts} attempts of the relay, the next from "
        f"{moment_text(event.next_attempt_at)} on",
        event_id=event.event_id,
        task_id=event.task_id,
        correlation_id=event.correlation_id,
    )


def step_of_delivery(record: DeliveryRecord) -> Step:
    """Return how the delivery on one channel stands."""
    parts = [f"{record.channel} to {record.sent_to}: {record.status}"]
    if record.attempts is not None:
        parts.append(f"attempts {record.attempts}")
    if record.provider_id:
        parts.append(f"provider's id {record.provider_id}")
    if record.error:
        parts.append(f"last error: {record.error}")
    return Step(
        at=record.updated_at or record.started_at,
        where="deliveries",
        what=", ".join(parts),
        event_id=record.event_id,
        task_id=record.task_id,
        correlation_id=record.correlation_id,
    )


def step_of_letter(letter: DeadLetter) -> Step:
    """Return what the dead-letter queue holds of an event."""
    return Step(
        at=letter.failed_at,
        where="dead letters",
        what=f"dead-lettered, and waits for replay: {letter.error}",
        event_id=letter.event_id,
        task_id=letter.task_id,
        correlation_id=letter.correlation_id,
    )


def in_time_order(steps: Iterable[Step]) -> list[Step]:
    """Sort them; what has no moment comes first, and what is of one moment stays as it is."""
    return sorted(steps, key=lambda step: step.at or _LONG_AGO)


def standing(records: Sequence[DeliveryRecord], *, waits_in_outbox: bool, dead_letters: int) -> str:
    """Say how one event stands now."""
    if dead_letters:
        return f"{dead_letters} dead letters wait: mend the cause, then dead-letters replay"
    if waits_in_outbox:
        return "waits in the outbox for the relay"
    if missing := [each.channel for each in records if each.status != "COMPLETED"]:
        return f"not delivered by {', '.join(missing)}"
    if records:
        return f"delivered by {', '.join(each.channel for each in records)}"
    return "no delivery is recorded"


def _step(line: LogLine, where: str, what: str) -> Step:
    return Step(
        at=line.at,
        where=where,
        what=what,
        event_id=line.text("event_id"),
        task_id=line.text("task_id"),
        correlation_id=line.text("correlation_id"),
    )
