"""What every channel's settings have in common, in the program as in the function."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, get_args

from serverless_runtime.contracts.event_types import EVENT_TYPES, EventType
from serverless_runtime.notification_service.settings.checks import (
    require_list,
    require_match,
    require_one_of,
)

Guarantee = Literal["at_least_once", "at_most_once"]
"""What a channel does when nobody knows whether an earlier attempt has sent: send again, which may
be a second message; or leave it to a person, which may be none."""

GUARANTEES: tuple[Guarantee, ...] = get_args(Guarantee)

Later = Any
"""Text that a Pulumi program knows only once its resources exist: an Output."""

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")


@dataclass(frozen=True, kw_only=True)
class Permission:
    """One thing that the function's role must allow for a channel to work."""

    purpose: str
    """Names the policy, e.g. "send"; unique within the channel."""

    actions: Sequence[str]
    """IAM actions, e.g. "ses:SendEmail"."""

    resources: Sequence[str | Later] = ()
    """ARNs that they are allowed on."""

    not_resources: Sequence[str] = ()
    """Instead of `resources`, for what has no ARN: everything but these."""

    condition: dict[str, dict[str, str]] = field(default_factory=dict)
    """IAM condition; none if empty."""


@dataclass(frozen=True, kw_only=True)
class ChannelSettings:
    """One channel. Raises ValueError saying what is wrong, the limit, and what it got."""

    kind: str
    """A key of `KINDS`, and the name of the module in `channels/` that sends."""

    name: str
    """Tells it from the service's other channels; part of every delivery's key, so that a renamed
    channel does not know what it has delivered before. Lower case, digits and hyphens."""

    events: Sequence[EventType] = EVENT_TYPES
    """The types of event that it tells of."""

    guarantee: Guarantee = "at_least_once"
    """What becomes of an event when nobody knows whether an attempt has sent it.

    "at_least_once": it is sent again, perhaps a second time. "at_most_once": it is dead-lettered at
    once, for a person to look, and to replay or purge.
    """

    budget_seconds: ClassVar[int]
    """How long one attempt to send may take at worst."""

    def __post_init__(self) -> None:
        require_match("name", self.name, _NAME, "e.g. 'email' or 'sms-on-call', at most 31 long")
        require_one_of("guarantee", self.guarantee, GUARANTEES)
        require_list("events", self.events, 1, len(EVENT_TYPES))
        for event_type in self.events:
            require_one_of("events", event_type, EVENT_TYPES)

    def permissions(self) -> list[Permission]:
        """Return what the function's role must allow for this channel, and no more."""
        raise NotImplementedError
