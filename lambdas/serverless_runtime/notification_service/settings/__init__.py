"""What the notification service needs from its environment."""

from dataclasses import dataclass

BY_TASK = "by-task"
"""The deliveries' index with the task's id as its key, for people; the function has no right to
it."""


@dataclass(frozen=True, kw_only=True)
class NotificationSettings:
    deliveries_table_name: str
    """Table of what has been delivered, keyed by event id and channel."""

    dead_letter_queue_url: str
    """Queue of what a retry cannot help; the same that Lambda writes the others to."""

    channels: str
    """JSON list of channels, each a `kind` and the fields of its settings class, such as
    `[{"kind": "email", "sender": "a@example.com", "recipients": ["b@example.com"]}]`."""
