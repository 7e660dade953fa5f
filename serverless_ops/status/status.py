"""The health of a stack: what the on-call engineer checks first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from serverless_ops.alarms.alarm_state import AlarmState
from serverless_ops.aws.queue_depth import Depth
from serverless_ops.circuit_breakers.states import CircuitBreakers
from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.outbox.relay_runs import RelayRun
from serverless_ops.outbox.waiting_events import Backlog
from serverless_ops.status.queue_backlog import QueueBacklog

Health = Literal["healthy", "recovering", "degraded", "unhealthy", "unknown"]
"""unhealthy: an alarm fires. degraded: none does, but something waits or has stopped. recovering:
alarms fire, but their metrics are within the thresholds again and nothing waits: it is over.
unknown: no alarm is known to fire, but not everything could be read."""

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

    new_relays: frozenset[str] = frozenset()
    """Those deployed so recently that they need not have run yet."""

    recovering: frozenset[str] = frozenset()
    """Alarms that still fire although their metric is within its threshold again."""

    sources: Mapping[str, QueueBacklog] = field(default_factory=dict)
    """What waits for each consumer, by the name of its dead letters."""

    queues: Mapping[str, QueueStatus] = field(default_factory=dict)
    circuit_breakers: Mapping[str, CircuitBreakers] = field(default_factory=dict)
    """Of each notification service, by channel."""

    unread: Mapping[str, str] = field(default_factory=dict)
    """Why a part was not read, by its name."""

    @property
    def not_ok(self) -> list[AlarmState]:
        """The alarms that fire or are missing; one without data yet is no problem."""
        return [alarm for alarm in self.alarms if alarm.state in ("ALARM", "MISSING")]

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
        firing = {alarm.name for alarm in self.alarms if alarm.state == "ALARM"}
        if firing - self.recovering:
            return "unhealthy"
        if self.unread:
            return "unknown"
        if self._is_degraded():
            return "degraded"
        return "recovering" if firing else "healthy"

    @property
    def is_outbox_late(self) -> bool:
        """Whether an event waits longer than the relay needs."""
        return any(
            backlog.oldest_at and self.at - backlog.oldest_at > _MAX_WAIT
            for backlog in self.backlogs.values()
        )

    def has_stopped(self, relay: str) -> bool:
        """Whether the relay of that outbox should have run, and has not."""
        run = self.relays[relay]
        if run is None:
            return relay not in self.new_relays
        return self.at - run.at > _MAX_RELAY_PAUSE

    def _is_degraded(self) -> bool:
        return (
            any(map(self.has_stopped, self.relays))
            or self.is_outbox_late
            or any(sum(queue.depth) for queue in self.queues.values())
            or bool(self.open_circuit_breakers)
            or any(alarm.state == "MISSING" for alarm in self.alarms)
        )
