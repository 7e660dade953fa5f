"""The reconciliation at the end of the tour: where every event that was handed off has gone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from local.scenario.observe import (
    ATTEMPTS,
    CALLERS,
    RELAY,
    TARGET,
    delivered_event_ids,
    log_records,
    queue_depth,
)
from local.stack import DeployedStack


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """Counts of events, read from the logs, the deliveries table and the queue."""

    handed_off: int
    """Events that the task service's functions, or the relay for them, log as handed off."""

    delivered: int
    """Of these, those that the deliveries table has as completed."""

    retried: int
    """Events for which the target's log has a second failed attempt."""

    dead_lettered: int
    """Events that failed in every attempt."""

    replayed: int
    """Events delivered after a replay."""

    waiting: int
    """Dead letters still in the queue."""

    @property
    def lost(self) -> int:
        """Handed off, but neither delivered nor waiting."""
        return self.handed_off - self.delivered - self.waiting


def reconcile(stack: DeployedStack) -> Reconciliation:
    """Count from the emulator's state."""
    handed_off = {
        line["event_id"]
        for line in log_records(stack, *CALLERS, RELAY)
        if line.get("message") == "handed off"
    }
    target_lines = [line for line in log_records(stack, TARGET) if "event_id" in line]
    failures = Counter(
        line["event_id"] for line in target_lines if line["message"] == "not delivered"
    )
    replayed = {line["event_id"] for line in target_lines if line.get("replays")}
    delivered = delivered_event_ids(stack)
    return Reconciliation(
        handed_off=len(handed_off),
        delivered=len(handed_off & delivered),
        retried=sum(count > 1 for count in failures.values()),
        dead_lettered=sum(count >= ATTEMPTS for count in failures.values()),
        replayed=len(replayed & delivered),
        waiting=queue_depth(stack),
    )
