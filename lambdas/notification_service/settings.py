"""What the notification service needs from its environment."""

from dataclasses import dataclass
from typing import Literal, get_args

Guarantee = Literal["at_least_once", "at_most_once"]
"""What a channel does when nobody knows whether an earlier attempt has sent: send again, which may
be a second message; or leave it to a person, which may be none."""

GUARANTEES: tuple[Guarantee, ...] = get_args(Guarantee)


@dataclass(frozen=True, kw_only=True)
class NotificationSettings:
    deliveries_table_name: str
    """Table of what has been delivered, keyed by event id and channel."""

    dead_letter_queue_url: str
    """Queue of what a retry cannot help; the same that Lambda writes the others to."""

    channels: str
    """JSON list of channels, such as
    `[{"kind": "email", "sender": "a@example.com", "recipients": ["b@example.com"]}]`."""
