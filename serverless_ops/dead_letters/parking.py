"""Messages that the consumer of a FIFO queue has parked among its dead letters.

Its table of parked groups names each of them, and what comes later in a group waits until all that
the group's row names are done. So a parked message that is only deleted blocks its group for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SEQUENCE_ATTRIBUTE = "original-sequence"
"""Message attribute of a parked message, as the functions write it."""


def parked_sequence(message: Mapping[str, Any]) -> str | None:
    """Return the number by which the group's row names a message of `receive_message`; None if it
    is not parked."""
    if "MessageGroupId" not in message.get("Attributes", {}):
        return None
    attributes: Mapping[str, Mapping[str, str]] = message.get("MessageAttributes", {})
    return attributes.get(SEQUENCE_ATTRIBUTE, {}).get("StringValue")
