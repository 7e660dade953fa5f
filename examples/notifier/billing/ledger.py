"""The ledger enters every invoice, and every payment."""

from __future__ import annotations

from billing.entries import keep
from serverless_runtime.handoff.received import ReceivedEvent
from serverless_runtime.queue_consumer import Message, each_message


def enter(message: Message) -> None:
    keep("ledger", ReceivedEvent.from_payload(message.json()))


handle = each_message(enter, retry_delays_seconds=(1,))
