"""The steps in the life of one event, from logs, tables and dead-letter queues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ops.aws.logs import LogLine
from ops.dead_letters.dead_letter import DeadLetter
from ops.deliveries.delivery_records import DeliveryRecord
from ops.outbox.waiting_events import WaitingEvent
from ops.terminal import timestamp_text
from serverless_runtime.handoff import log_messages as handoffs
from serverless_runtime.notification_service import log_messages as notifications
from serverless_runtime.notification_service.circuit_breaker_channel import NotTriedError

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)

_DESCRIPTIONS = {
    handoffs.HANDED_OFF: "accepted by Lambda for the target",
    handoffs.HANDOFF_FAILED: "not accepted by Lambda; waiting in the outbox",
    handoffs.HANDOFF_REJECTED: "not accepted by Lambda; waiting in the outbox",
    handoffs.NEVER_ACCEPTED: "never accepted by Lambda: dead-lettered",
    handoffs.NOT_DEAD_LETTERED: "never accepted by Lambda; dead-lettering it failed",
    handoffs.OUTBOX_ROW_NOT_DELETED: "handed off, but still in the outbox: handed off again later",
    handoffs.OUTBOX_ROW_NOT_CLAIMED: "the relay could not claim it in the outbox",
    notifications.SENT: "sent",
    notifications.NOT_DELIVERED: "attempt failed",
    notifications.DEAD_LETTERED: "dead-lettered without retries: permanent failure",
    notifications.UNREADABLE_EVENT: "the target cannot read it: dead-lettered without retries",
    notifications.DUPLICATE_SKIPPED: "duplicate skipped: already delivered",
    notifications.DEAD_LETTERED_SKIPPED: "duplicate skipped: already dead-lettered",
}


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
        what=f"committed, still waiting: {event.attempts} relay attempts, the next after "
        f"{timestamp_text(event.next_attempt_at)}",
        event_id=event.event_id,
        correlation_id=event.correlation_id,
        about=_about(task_id=event.task_id),
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
        about=_about(task_id=record.task_id),
    )


def dead_letter_step(dead_letter: DeadLetter) -> Step:
    """Return the step of an event that waits in a dead-letter queue."""
    return Step(
        at=dead_letter.failed_at,
        where="dead letters",
        what=f"dead-lettered, waiting for replay: {dead_letter.error}",
        event_id=dead_letter.event_id,
        correlation_id=dead_letter.correlation_id,
        about=_about(task_id=dead_letter.task_id),
    )


def in_time_order(steps: Iterable[Step]) -> list[Step]:
    """Sort steps; those without a time come first, those with the same time keep their order."""
    return sorted(steps, key=lambda step: step.at or _LONG_AGO)


def summarize(records: Sequence[DeliveryRecord], *, in_outbox: bool, dead_letters: int) -> str:
    """Return the state of one event now."""
    if dead_letters:
        return f"{dead_letters} dead letters: fix the cause, then dead-letters replay"
    if in_outbox:
        return "waiting in the outbox for the relay"
    if missing := [each.channel for each in records if each.status != "COMPLETED"]:
        return f"not delivered by {', '.join(missing)}"
    if records:
        return f"delivered by {', '.join(each.channel for each in records)}"
    return "no delivery recorded"


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
    """Return what the line reports: its message in words, with channel, provider id and error."""
    message = str(line.fields["message"])
    words = _DESCRIPTIONS.get(message, message)
    if {"method", "route", "status"} <= line.fields.keys():
        words = "{method} {route} returned {status}".format_map(line.fields)
    if line.text("errorType") == NotTriedError.__name__:
        words = "not attempted"
    channel, provider_id = line.text("channel"), line.text("provider_id")
    parts = [f"{channel}: " if channel else "", words]
    if provider_id and message == notifications.SENT:
        parts.append(f" as {provider_id}")
    if error := line.text("errorMessage"):
        parts.append(f": {error}")
    return "".join(parts)
