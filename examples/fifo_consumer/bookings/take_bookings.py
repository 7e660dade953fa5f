"""The sender: passes on what a branch hands in, in order, and does not wait for the accounts."""

from __future__ import annotations

from typing import Any

from serverless_runtime.queue_sender import QueueSender


def handle(branch: dict[str, Any], context: object) -> dict[str, int]:
    queue = QueueSender("bookings")
    for booking in branch["bookings"]:
        queue.send(
            booking,
            group=booking["account"],
            deduplication_id=f"{booking['account']}/{booking['number']}",
        )
    return {"taken": len(branch["bookings"])}
