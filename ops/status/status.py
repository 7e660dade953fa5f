"""The health of a stack: what the on-call engineer checks first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from ops.alarms.alarm_state import AlarmState, read_alarms
from ops.aws.best_effort import BestEffort
from ops.context import Context
from ops.dead_letters.dead_letter import DeadLetter
from ops.dead_letters.queue_options import QueueLocation, queues_of
from ops.dead_letters.reader import Depth
from ops.deliveries.circuit_breakers import CircuitBreakers, read_circuit_breakers
from ops.outbox.relay_runs import RelayRun, last_relay_run
from ops.outbox.waiting_events import Backlog, read_backlog
from ops.stack import Stack

MAX_DEAD_LETTERS = 100

Health = Literal["healthy", "degraded", "unhealthy", "unknown"]
"""unhealthy: an alarm is in ALARM. degraded: none is, but something waits or has stopped. unknown:
no alarm is known to be in ALARM, but not everything could be read."""

_MAX_WAIT = timedelta(seconds=120)
_MAX_RELAY_PAUSE = timedelta(minutes=3)
"""It runs every minute; two runs may be late or lost."""


@dataclass(frozen=True, kw_only=True)
class QueueStatus:
    """What waits in one dead-letter queue."""

    depth: Depth
    dead_letters: list[DeadLetter] = field(default_factory=list)
    """Up to 100 of them."""


@dataclass(frozen=True, kw_only=True)
class Status:
    """The state of a stack at one time, by name. `unread` lists what could not be read."""

    at: datetime
    alarms: list[AlarmState] = field(default_factory=list)
    backlogs: Mapping[str, Backlog] = field(default_factory=dict)
    relays: Mapping[str, RelayRun | None] = field(default_factory=dict)
    """The last run of each outbox's relay; None if there was none recently."""

    queues: Mapping[str, QueueStatus] = field(default_factory=dict)
    circuit_breakers: Mapping[str, CircuitBreakers] = field(default_factory=dict)
    """Of each notification service, by channel."""

    unread: Mapping[str, str] = field(default_factory=dict)
    """Why a part was not read, by its name."""

    @property
    def not_ok(self) -> list[AlarmState]:
        """The alarms in any state but OK."""
        return [alarm for alarm in self.alarms if alarm.state != "OK"]

    @property
    def open_circuit_breakers(self) -> dict[str, CircuitBreakers]:
        """Those of the channels whose providers are not called, of the services that have any."""
        found = {
            service: {name: state for name, state in states.items() if state.status != "CLOSED"}
            for service, states in self.circuit_breakers.items()
        }
        return {service: states for service, states in found.items() if states}

    @property
    def health(self) -> Health:
        """All of it in one word."""
        if any(alarm.state == "ALARM" for alarm in self.alarms):
            return "unhealthy"
        if self.unread:
            return "unknown"
        return "degraded" if self._is_degraded() else "healthy"

    def _is_degraded(self) -> bool:
        return (
            any(run is None or self.at - run.at > _MAX_RELAY_PAUSE for run in self.relays.values())
            or any(
                backlog.oldest_at and self.at - backlog.oldest_at > _MAX_WAIT
                for backlog in self.backlogs.values()
            )
            or any(sum(queue.depth) for queue in self.queues.values())
            or bool(self.open_circuit_breakers)
            or any(alarm.state == "MISSING" for alarm in self.alarms)
        )


class StatusReader:
    """Reads the status repeatedly, but dead letters only when their number has changed: each read
    hides them from other readers briefly, and SQS counts it."""

    def __init__(self, context: Context, stack: Stack) -> None:
        self._context = context
        self._client = context.clients(stack.connection)
        self._operations = stack.operations
        self._locations = queues_of(stack)
        self._queues: dict[str, QueueStatus] = {}

    def read(self) -> Status:
        """Read every part that can be read."""
        best_effort, now = BestEffort(), self._context.now()
        client, operations = self._client, self._operations
        return Status(
            at=now,
            backlogs=best_effort.read_each(
                "outbox",
                operations.outboxes,
                lambda each: read_backlog(client("dynamodb"), each.table_name),
            ),
            relays=best_effort.read_each(
                "relay",
                operations.outboxes,
                lambda each: last_relay_run(
                    client("lambda"), client("logs"), each.relay_function_name, now
                ),
            ),
            alarms=best_effort.read(
                "alarms", lambda: read_alarms(client("cloudwatch"), operations.alarms), []
            ),
            queues=best_effort.read_each("dead letters", self._locations, self._read_queue),
            circuit_breakers=best_effort.read_each(
                "circuit breakers",
                operations.deliveries,
                lambda each: read_circuit_breakers(
                    client("dynamodb"), each.table_name, each.channels
                ),
            ),
            unread=best_effort.errors,
        )

    def _read_queue(self, location: QueueLocation) -> QueueStatus:
        known = self._queues.get(location.name)
        with location.reader(self._context) as reader:
            depth = reader.depth()
            if known is None or depth != known.depth:
                found = list(reader.receive(MAX_DEAD_LETTERS)) if sum(depth) else []
                known = QueueStatus(depth=depth, dead_letters=found)
                self._queues[location.name] = known
            return known
