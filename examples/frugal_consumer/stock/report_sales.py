"""The sender: a till reports its sales, and does not wait until they are booked."""

from __future__ import annotations

from typing import Any

from serverless_runtime.queue_sender import QueueSender


def handle(report: dict[str, Any], context: object) -> dict[str, int]:
    queue = QueueSender("sales")
    for sale in report["sales"]:
        queue.send({"shop": report["shop"], **sale})
    return {"reported": len(report["sales"])}
