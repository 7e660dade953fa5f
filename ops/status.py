"""How a stack fares: everything the person on call looks at first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from ops.alarm_states import AlarmState, read_alarms
from ops.breakers import read_breakers
from ops.dead_letter import DeadLetter
from ops.letter_queue import Depth, LetterQueue
from ops.log_lines import log_groups
from ops.outbox import Backlog, read_backlog
from ops.parts import Parts
from ops.relay_runs import RelayRun, last_relay_run
from ops.surroundings import StackAccess
from serverless_runtime.notification_service.circuit_breaker.state import CircuitBreakerState

MOST_LETTERS = 100

Health = Literal["healthy", "degraded", "unhealthy", "unknown"]
"""unhealthy: an alarm is off. degraded: none is, but something waits or stands still. unknown: no
alarm is seen to be off, but not everything could be read."""

_WAITS_TOO_LONG = timedelta(seconds=120)
_RUNS_EVERY = timedelta(minutes=3)
"""Each minute; two may be late or lost."""


@dataclass(frozen=True, kw_only=True)
class Status:
    """One look. What is None or empty was not read, or is not there: see `unread`."""

    at: datetime
    alarms: list[AlarmState] = field(default_factory=list)
    has_outbox: bool = True
    backlog: Backlog | None = None
    relay: RelayRun | None = None
    depth: Depth | None = None
    letters: list[DeadLetter] = field(default_factory=list)
    """Up to 100 of those in the queue."""

    breakers: Mapping[str, CircuitBreakerState] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    """Why a part was not read, by its name."""

    @property
    def not_ok(self) -> list[AlarmState]:
        """The alarms in any state but OK."""
        return [alarm for alarm in self.alarms if alarm.state != "OK"]

    @property
    def open_breakers(self) -> dict[str, CircuitBreakerState]:
        """Those of the channels whose providers are left alone."""
        return {name: state for name, state in self.breakers.items() if state.status != "CLOSED"}

    @property
    def health(self) -> Health:
        """All of it in one word."""
        if any(alarm.state == "ALARM" for alarm in self.alarms):
            return "unhealthy"
        if self.unread:
            return "unknown"
        return "degraded" if self._something_waits() else "healthy"

    def _something_waits(self) -> bool:
        oldest = self.backlog.oldest_at if self.backlog else None
        stands_still = self.has_outbox and (
            self.relay is None or self.at - self.relay.at > _RUNS_EVERY
        )
        return bool(
            stands_still
            or (oldest and self.at - oldest > _WAITS_TOO_LONG)
            or (self.depth and sum(self.depth))
            or self.open_breakers
            or any(alarm.state == "MISSING" for alarm in self.alarms)
        )


class StatusReader:
    """Looks again and again, and at dead letters only when there are others than before: each look
    hides them from others for a moment, and SQS counts it."""

    def __init__(
        self,
        client: Callable[[str], Any],
        access: StackAccess,
        open_queue: Callable[[], LetterQueue],
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._access = access
        self._open_queue = open_queue
        self._now = now
        self._depth: Depth | None = None
        self._letters: list[DeadLetter] = []
        self._relay_group = ""

    def look(self) -> Status:
        """Read every part that can be read."""
        parts, outputs = Parts(), self._access.outputs
        outbox = outputs.get("outboxTableName")
        dynamodb = self._client("dynamodb")
        relay, backlog = None, None
        if outbox is not None:
            backlog = parts.read("outbox", lambda: read_backlog(dynamodb, outbox), None)
            relay = parts.read("relay", self._last_run, None)
        return Status(
            at=self._now(),
            has_outbox=outbox is not None,
            backlog=backlog,
            relay=relay,
            alarms=parts.read("alarms", self._alarms, []),
            depth=parts.read("dead letters", self._look_at_queue, None),
            letters=self._letters,
            breakers=parts.read("breakers", lambda: self._breakers(dynamodb), {}),
            unread=parts.unread,
        )

    def _alarms(self) -> list[AlarmState]:
        return read_alarms(self._client("cloudwatch"), self._access.output("alarmNames"))

    def _breakers(self, dynamodb: Any) -> dict[str, CircuitBreakerState]:
        table = self._access.output("deliveriesTableName")
        return read_breakers(dynamodb, table, self._access.output("channelNames"))

    def _last_run(self) -> RelayRun | None:
        if not self._relay_group:
            name = self._access.output("functionNames")["relay"]
            self._relay_group = log_groups(self._client("lambda"), {"relay": name})["relay"]
        return last_relay_run(self._client("logs"), self._relay_group, self._now())

    def _look_at_queue(self) -> Depth:
        with self._open_queue() as queue:
            depth = queue.depth()
            if depth != self._depth:
                self._letters = list(queue.take(MOST_LETTERS)) if sum(depth) else []
                self._depth = depth
            return depth
