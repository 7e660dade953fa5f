"""The account at the end of the tour: where every event that was handed off has gone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from local.stack import DeployedStack
from local.tour.observe import CALLERS, RELAY, TARGET, delivered_event_ids, log_records, queue_depth


@dataclass(frozen=True, kw_only=True)
class Balance:
    """Counts of events, read from the logs, the deliveries table and the queue."""

    handed_off: int
    """Events that the task service's functions, or the relay for them, log as handed off."""

    delivered: int
    """Of these, those the deliveries table has as completed."""

    retried: int
    """Events of which the target's log tells a second attempt after a failed one."""

    dead_lettered: int
    """Events that failed as often as Lambda tries."""

    replayed: int
    """Events delivered after a replay."""

    waiting: int
    """Dead letters still in the queue."""

    @property
    def lost(self) -> int:
        """Handed off, but neither delivered nor waiting."""
        return self.handed_off - self.delivered - self.waiting


def take_balance(stack: DeployedStack, *, attempts: int = 3) -> Balance:
    """Count from the emulator's state; `attempts` is how often Lambda tries an event."""
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
    return Balance(
        handed_off=len(handed_off),
        delivered=len(handed_off & delivered),
        retried=sum(count > 1 for count in failures.values()),
        dead_lettered=sum(count >= attempts for count in failures.values()),
        replayed=len(replayed & delivered),
        waiting=queue_depth(stack),
    )
