"""Gathers all that is known of one request, task or event."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from ops.dead_letter import DeadLetter
from ops.deliveries import DeliveryRecord
from ops.log_lines import LogLine
from ops.outbox import WaitingEvent
from ops.story import (
    Step,
    in_time_order,
    standing,
    step_of_delivery,
    step_of_letter,
    step_of_outbox,
    steps_of_lines,
)

T = TypeVar("T")


class Evidence(Protocol):
    """Where something may be known; what cannot be read is empty."""

    def lines(self, text: str) -> list[LogLine]: ...
    def deliveries(self, event_id: str) -> list[DeliveryRecord]: ...
    def deliveries_of_task(self, task_id: str) -> list[DeliveryRecord]: ...
    def outbox(self) -> list[WaitingEvent]: ...
    def dead_letters(self) -> list[DeadLetter]: ...


@dataclass(frozen=True, kw_only=True)
class Story:
    """What became of everything that the id stands for."""

    steps: list[Step]
    """In time order."""

    standings: dict[str, str] = field(default_factory=dict)
    """How each event stands now, by its id, in the order they first appeared."""


def trace(asked: str, evidence: Evidence) -> Story:
    """Follow a correlation id, task id or event id; of an unknown one there are no steps.

    What the id leads to is found first, and then what is known of those events by other ids.
    """

    def is_meant(thing: LogLine | WaitingEvent | DeadLetter) -> bool:
        return asked in _ids(thing)

    lines = list(filter(is_meant, evidence.lines(asked)))
    waiting, letters = list(filter(is_meant, evidence.outbox())), evidence.dead_letters()
    letters = list(filter(is_meant, letters))
    records = evidence.deliveries(asked) + evidence.deliveries_of_task(asked)
    events = _event_ids([*lines, *waiting, *letters, *records])
    for event_id in events:
        if event_id != asked:
            lines += [each for each in evidence.lines(event_id) if event_id in _ids(each)]
            records += evidence.deliveries(event_id)
    records = _each_once(records, lambda each: (each.event_id, each.channel))
    lines = _each_once(lines, lambda each: (each.function, each.at, str(each.fields)))
    steps = [
        *map(step_of_outbox, waiting),
        *steps_of_lines(lines),
        *map(step_of_delivery, records),
        *map(step_of_letter, letters),
    ]
    return Story(
        steps=in_time_order(steps),
        standings={
            event_id: standing(
                [each for each in records if each.event_id == event_id],
                waits_in_outbox=any(each.event_id == event_id for each in waiting),
                dead_letters=sum(each.event_id == event_id for each in letters),
            )
            for event_id in events
        },
    )


Known = LogLine | WaitingEvent | DeadLetter | DeliveryRecord


def _ids(thing: Known) -> set[str | None]:
    if isinstance(thing, LogLine):
        return {thing.text(name) for name in ("event_id", "task_id", "correlation_id")}
    return {thing.event_id, thing.task_id, thing.correlation_id}


def _event_ids(things: Iterable[Known]) -> list[str]:
    found = (
        each.text("event_id") if isinstance(each, LogLine) else each.event_id for each in things
    )
    return list(dict.fromkeys(filter(None, found)))


def _each_once(things: Iterable[T], key: Callable[[T], object]) -> list[T]:
    return list({key(each): each for each in things}.values())
