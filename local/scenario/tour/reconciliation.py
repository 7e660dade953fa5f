"""The reconciliation at the end of the tour: every event handed off was delivered, none lost."""

from __future__ import annotations

from collections import Counter

from rich.table import Table

from local.console import console
from local.scenario.handoff_stack import HandoffStack
from local.scenario.observe import (
    ATTEMPTS,
    CALLERS,
    RELAY,
    TARGET,
    delivered_event_ids,
    log_records,
    queue_depth,
)

_EXPECTED = {
    "handed off": 6,
    "delivered": 6,
    "retried": 1,
    "dead-lettered": 1,
    "replayed": 1,
    "lost": 0,
}


def reconcile(stack: HandoffStack) -> dict[str, int]:
    """Count events, from the logs, the deliveries table and the queue."""
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
    return {
        "handed off": len(handed_off),
        "delivered": len(handed_off & delivered),
        "retried": sum(count > 1 for count in failures.values()),
        "dead-lettered": sum(count >= ATTEMPTS for count in failures.values()),
        "replayed": len(replayed & delivered),
        # Neither delivered nor waiting in the queue.
        "lost": len(handed_off) - len(handed_off & delivered) - queue_depth(stack),
    }


def show(found: dict[str, int]) -> bool:
    """Print the counts; return whether they are as expected."""
    table = Table(title="\nWhat happened to the events", title_justify="left")
    for heading in found:
        table.add_column(heading, justify="right")
    table.add_row(*map(str, found.values()))
    console.print(table)
    if found != _EXPECTED:
        console.print(f"[bold red]✗[/] expected {_EXPECTED}\n     got {found}")
    return found == _EXPECTED
