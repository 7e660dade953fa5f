"""What the notification service needs from its environment."""

from __future__ import annotations

from serverless_runtime.shared.frozen import frozen

BY_SUBJECT = "by-subject"
"""Index of the deliveries table, keyed by task id. For people: the function has no permission to
use it."""

TIMEOUT_SECONDS = 45
"""The function's timeout: below the first retry, which Lambda makes about a minute after a
failure."""

PROBE_SECONDS = TIMEOUT_SECONDS + 15
"""When a circuit breaker's probe counts as ended: no second one while the first may still send."""

CIRCUIT_BREAKER_KEY = {"event_id": "circuit-breakers", "part": "#{circuit}"}
"""The key of a circuit breaker's row in the deliveries table. No channel's name begins with #: a
delivery of an event with this id has another key."""


@frozen
class NotificationSettings:
    """What is notified, and where failures go."""

    dead_letter_queue_url: str
    """Queue for events that a retry cannot help; Lambda writes its own dead letters to the same."""

    channels: str
    """JSON list of channels, each a `kind` and the fields of its settings class, such as
    `[{"kind": "email", "sender": "a@example.com", "recipients": ["b@example.com"]}]`."""
