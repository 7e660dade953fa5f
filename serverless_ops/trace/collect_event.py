"""Collects everything known about one request or event."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from serverless_ops.aws.logs import LogLine
from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.deliveries.delivery_records import DeliveryRecord
from serverless_ops.outbox.waiting_events import WaitingEvent
from serverless_ops.trace.timeline import (
    Step,
    dead_letter_step,
    delivery_step,
    in_time_order,
    log_steps,
    outbox_step,
    summarize,
)

T = TypeVar("T")


class Sources(Protocol):
    """The sources of a timeline; a source that cannot be read is empty."""

    def lines(self, text: str) -> list[LogLine]: ...
    def deliveries(self, event_id: str) -> list[DeliveryRecord]: ...
    def deliveries_about(self, subject: str) -> list[DeliveryRecord]: ...
    def outbox(self) -> list[WaitingEvent]: ...
    def dead_letters(self) -> list[DeadLetter]: ...


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """What happened to every event that the id leads to."""

    steps: list[Step]
    """In time order."""

    summaries: dict[str, str] = field(default_factory=dict)
    """The state of each event now, by its id, in the order they first appeared."""


def trace(wanted: str, sources: Sources) -> Timeline:
    """Follow the id of an event, a request, a message, or of what events are about.

    First what contains the id is found, then what is known about those events by other ids.
    """

    def concerns(thing: LogLine | WaitingEvent | DeadLetter) -> bool:
        return wanted in _ids(thing)

    lines = list(filter(concerns, sources.lines(wanted)))
    waiting, dead_letters = list(filter(concerns, sources.outbox())), sources.dead_letters()
    dead_letters = list(filter(concerns, dead_letters))
    records = sources.deliveries(wanted) + sources.deliveries_about(wanted)
    events = _event_ids([*lines, *waiting, *dead_letters, *records])
    for event_id in events:
        if event_id != wanted:
            records += sources.deliveries(event_id)
    # What a consumer logs of a message often names the message only.
    moved = [each.message_id for each in dead_letters if each.record and each.record.moved]
    for id_ in {*events, *moved} - {wanted}:
        lines += [each for each in sources.lines(id_) if id_ in _ids(each)]
    records = _unique(records, lambda each: (each.event_id, each.channel))
    lines = _unique(lines, lambda each: (each.function, each.at, str(each.fields)))
    steps = [
        *map(outbox_step, waiting),
        *log_steps(lines),
        *map(delivery_step, records),
        *map(dead_letter_step, dead_letters),
    ]
    return Timeline(
        steps=in_time_order(steps),
        summaries={
            event_id: summarize(
                [each for each in records if each.event_id == event_id],
                in_outbox=any(each.event_id == event_id for each in waiting),
                dead_letters=sum(_event_id(each) == event_id for each in dead_letters),
            )
            for event_id in events
        },
    )


Known = LogLine | WaitingEvent | DeadLetter | DeliveryRecord


def _ids(thing: Known) -> set[str | None]:
    if isinstance(thing, LogLine):
        # Which field of a program's lines is an id, only the program knows.
        return {value for value in thing.fields.values() if isinstance(value, str)}
    known = {thing.event_id, thing.correlation_id}
    known |= set(thing.about.values()) if isinstance(thing, WaitingEvent) else {thing.subject}
    return known | {thing.message_id} if isinstance(thing, DeadLetter) else known


def _event_ids(things: Iterable[Known]) -> list[str]:
    return list(dict.fromkeys(filter(None, map(_event_id, things))))


def _event_id(thing: Known) -> str | None:
    """A message that contains no event is known by its own id."""
    if isinstance(thing, LogLine):
        return thing.text("event_id")
    return thing.event_id or (thing.message_id if isinstance(thing, DeadLetter) else None)


def _unique(things: Iterable[T], key: Callable[[T], object]) -> list[T]:
    return list({key(each): each for each in things}.values())
