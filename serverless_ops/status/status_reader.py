"""Reads the status of a stack, all parts at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from serverless_ops.alarms.alarm_state import AlarmState, read_alarms
from serverless_ops.alarms.recovering import recovering
from serverless_ops.aws.best_effort import PART_SECONDS, BestEffort
from serverless_ops.circuit_breakers.states import read_circuit_breakers
from serverless_ops.context import Context
from serverless_ops.dead_letters.queue_location import QueueLocation, queues_of
from serverless_ops.outbox.relay_runs import RelayRun, is_new, last_relay_run
from serverless_ops.outbox.waiting_events import read_backlog
from serverless_ops.stack import Outbox, Stack
from serverless_ops.status.queue_backlog import read_queue_backlog
from serverless_ops.status.status import QueueStatus, Status

MAX_DEAD_LETTERS = 100
_READING_SECONDS = PART_SECONDS - 4
"""Leaves time to release what was received."""

_HIDDEN_SECONDS = 30
"""How long a look that is killed, or cut off, hides what it has received: a replay can wait."""

_PARTS = ("outbox", "relay", "queue", "alarms", "dead letters", "circuit breakers")


class StatusReader:
    """Reads the status repeatedly, but dead letters only when their number has changed: each read
    hides them from other readers briefly, and SQS counts it."""

    def __init__(self, context: Context, stack: Stack) -> None:
        self._context = context
        self._client = context.clients(stack.connection)
        self._operations = stack.operations
        self._locations = queues_of(stack)
        queues = stack.operations.dead_letters.items()
        self._sources = {
            name: each.source_queue_url for name, each in queues if each.source_queue_url
        }
        self._queues: dict[str, QueueStatus] = {}

    def read(self) -> Status:
        """Read every part that responds within ten seconds."""
        best_effort, now = BestEffort(), self._context.now()
        parts = {
            (part, name): read
            for part, entries in zip(_PARTS, self._parts(now), strict=True)
            for name, read in entries.items()
        }
        labels = {key: _label(key, parts) for key in parts}
        found = best_effort.read_all({labels[key]: read for key, read in parts.items()})
        by_part: dict[str, dict[str, Any]] = {part: {} for part in _PARTS}
        for key, label in labels.items():
            if label in found:
                by_part[key[0]][key[1]] = found[label]
        alarms, recovering_alarms = by_part["alarms"].get("", ([], frozenset()))
        return Status(
            at=now,
            backlogs=by_part["outbox"],
            relays={name: run for name, (run, _) in by_part["relay"].items()},
            new_relays=frozenset(name for name, (_, new) in by_part["relay"].items() if new),
            sources=by_part["queue"],
            alarms=alarms,
            recovering=recovering_alarms,
            queues=by_part["dead letters"],
            circuit_breakers=by_part["circuit breakers"],
            unread=best_effort.errors,
        )

    def _parts(self, now: datetime) -> tuple[Mapping[str, Callable[[], Any]], ...]:
        """Return what reads each of _PARTS, by name."""
        client, operations = self._client, self._operations
        return (
            _each(
                operations.outboxes, lambda each: read_backlog(client("dynamodb"), each.table_name)
            ),
            _each(operations.outboxes, lambda each: self._read_relay(each, now)),
            _each(self._sources, lambda url: read_queue_backlog(client, url, now)),
            {"": lambda: self._read_alarms(now)} if operations.alarms else {},
            _each(self._locations, self._read_queue),
            _each(
                operations.circuit_breakers,
                lambda each: read_circuit_breakers(client("dynamodb"), each),
            ),
        )

    def _read_relay(self, outbox: Outbox, now: datetime) -> tuple[RelayRun | None, bool]:
        functions, name = self._client("lambda"), outbox.relay_function_name
        run = last_relay_run(functions, self._client("logs"), name, now)
        return run, run is None and is_new(functions, name, now)

    def _read_alarms(self, now: datetime) -> tuple[list[AlarmState], frozenset[str]]:
        cloudwatch = self._client("cloudwatch")
        alarms = read_alarms(cloudwatch, self._operations.alarms)
        # Without permission to read metrics, a firing alarm is a firing alarm.
        nothing: frozenset[str] = frozenset()
        recovering_alarms = BestEffort().read(
            "metrics", lambda: recovering(cloudwatch, alarms, now), nothing
        )
        return alarms, recovering_alarms

    def _read_queue(self, location: QueueLocation) -> QueueStatus:
        known = self._queues.get(location.name)
        until = self._context.clock() + _READING_SECONDS
        with location.reader(self._context, hidden_seconds=_HIDDEN_SECONDS) as reader:
            depth = reader.depth()
            if known is None or depth != known.depth:
                # No more than there are: to find out that there are no more takes seconds.
                sample = reader.receive(min(depth.visible, MAX_DEAD_LETTERS), until=until)
                known = QueueStatus(depth=depth, dead_letters=list(sample))
                if known.dead_letters or not depth.visible:
                    self._queues[location.name] = known
            return known


def _each(entries: Mapping[str, Any], read: Callable[[Any], Any]) -> dict[str, Callable[[], Any]]:
    return {name: lambda entry=entry: read(entry) for name, entry in entries.items()}  # type: ignore[misc]


def _label(key: tuple[str, str], parts: Mapping[tuple[str, str], Any]) -> str:
    part, name = key
    alone = sum(each == part for each, _ in parts) == 1
    return part if alone else f"{part} {name}"
