"""The steps in the life of one event, from logs, tables and dead-letter queues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from serverless_ops.aws.logs import LogLine
from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.deliveries.delivery_records import DeliveryRecord
from serverless_ops.outbox.waiting_events import WaitingEvent
from serverless_ops.terminal import counted, timestamp_text

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that happened, or a current state."""

    at: datetime | None
    where: str
    """The function that logged it, or "outbox", "deliveries", "dead letters", "replay"."""

    what: str
    event_id: str | None
    correlation_id: str | None
    about: Mapping[str, str] = field(default_factory=dict)
    """Other ids: of what the event is about, of the message or the invocation."""


def log_steps(lines: Iterable[LogLine]) -> list[Step]:
    """Return a step for each line, in time order, and one for each replay that they show.

    A replay logs nothing itself: the first attempt with a higher count shows it.
    """
    steps: list[Step] = []
    replays: dict[str | None, int] = {}
    for line in sorted(lines, key=lambda each: each.at):
        event_id, count = line.text("event_id"), line.fields.get("replays")
        if isinstance(count, int) and count > replays.get(event_id, 0):
            replays[event_id] = count
            steps.append(
                _step(line, "replay", f"replayed from the dead-letter queue (replay {count})")
            )
        steps.append(_step(line, line.function, _describe_line(line)))
    return steps


def outbox_step(event: WaitingEvent) -> Step:
    """Return the step of an event that waits in an outbox."""
    return Step(
        at=event.committed_at,
        where="outbox",
        what=f"committed, still waiting: {counted(event.attempts, 'relay attempt')}, the next "
        f"after {timestamp_text(event.next_attempt_at)}",
        event_id=event.event_id,
        correlation_id=event.correlation_id,
        about=dict(event.about),
    )


def delivery_step(record: DeliveryRecord) -> Step:
    """Return the state of the delivery on one channel."""
    parts = [
        f"{record.channel} to {record.recipient}: {record.status}",
        f"attempts {record.attempts}",
    ]
    if record.provider_id:
        parts.append(f"provider id {record.provider_id}")
    if record.error:
        parts.append(f"last error: {record.error}")
    return Step(
        at=record.updated_at,
        where="deliveries",
        what=", ".join(parts),
        event_id=record.event_id,
        correlation_id=record.correlation_id,
        about=_about(subject=record.subject),
    )


def dead_letter_step(dead_letter: DeadLetter) -> Step:
    """Return the step of an event that waits in a dead-letter queue."""
    # SQS keeps when a message was sent, and does not say when it was moved.
    when = "sent; " if dead_letter.record and dead_letter.record.moved else ""
    return Step(
        at=dead_letter.failed_at,
        where="dead letters",
        what=f"{when}dead-lettered, waiting for replay: {dead_letter.error}",
        event_id=dead_letter.event_id,
        correlation_id=dead_letter.correlation_id,
        about=_about(subject=dead_letter.subject),
    )


def in_time_order(steps: Iterable[Step]) -> list[Step]:
    """Sort steps; those without a time come first, those with the same time keep their order."""
    return sorted(steps, key=lambda step: step.at or _LONG_AGO)


def summarize(records: Sequence[DeliveryRecord], *, in_outbox: bool, dead_letters: int) -> str:
    """Return the state of one event now."""
    if dead_letters:
        return f"{counted(dead_letters, 'dead letter')}: fix the cause, then dead-letters replay"
    if in_outbox:
        return "waiting in the outbox for the relay"
    if missing := [each.channel for each in records if each.status != "COMPLETED"]:
        return f"not delivered by {', '.join(missing)}"
    if records:
        return f"delivered by {', '.join(each.channel for each in records)}"
    return "neither waiting nor dead-lettered, and no delivery is recorded"


def _about(**ids: str | None) -> dict[str, str]:
    others = ("event_id", "correlation_id", "provider_id")
    return {name: text for name, text in ids.items() if text and name not in others}


def _step(line: LogLine, where: str, what: str) -> Step:
    return Step(
        at=line.at,
        where=where,
        what=what,
        event_id=line.text("event_id"),
        correlation_id=line.text("correlation_id"),
        about=_about(**{name: line.text(name) for name in line.fields if name.endswith("_id")}),
    )


def _describe_line(line: LogLine) -> str:
    """Return what the line reports: its message, with channel, provider id and error."""
    words = str(line.fields["message"])
    if {"method", "route", "status"} <= line.fields.keys():
        words = "{method} {route} returned {status}".format_map(line.fields)
    if channel := line.text("channel"):
        words = f"{channel}: {words}"
    if provider_id := line.text("provider_id"):
        words = f"{words} as {provider_id}"
    error = line.text("errorMessage")
    return f"{words}: {error}" if error else words
