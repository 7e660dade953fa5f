"""Names in the envelope of an event. A cold start loads them without those of messages."""

from __future__ import annotations

ENVELOPE = frozenset(
    {"specversion", "id", "datacontenttype", "correlationid", "replays", "data", "data_base64"}
)
"""What the envelope of an event has itself, so that no attribute of the event may have its name."""
