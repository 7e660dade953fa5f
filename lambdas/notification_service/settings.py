"""What the notification service needs from its environment."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class NotificationSettings:
    deliveries_table_name: str
    """Table of what has been delivered, keyed by event id and channel."""

    channels: str
    """JSON list of channels, such as
    `[{"kind": "email", "sender": "a@example.com", "recipients": ["b@example.com"]}]`."""
