"""What all channels' settings have in common, in the Pulumi program and in the function."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

from serverless_runtime.contracts.event_types import EVENT_TYPES, EventType
from serverless_runtime.once.settings import GUARANTEES, Guarantee
from serverless_runtime.shared.frozen import frozen

Output = Any
"""A `pulumi.Output[str]`: text that is known only once a resource exists."""

_NAME = r"[a-z][a-z0-9-]{0,30}"


class Permission(NamedTuple):
    """One permission that the function's role needs for a channel."""

    purpose: str
    """Names the policy, e.g. "send"; unique within the channel."""

    actions: Sequence[str]
    """IAM actions, e.g. "ses:SendEmail"."""

    resources: Sequence[str | Output] = ()
    """ARNs that the actions are allowed on."""

    not_resources: Sequence[str] = ()
    """Instead of `resources`, for what has no ARN: everything except these."""

    condition: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    """IAM condition; none if empty."""


@frozen
class ChannelSettings:
    """One channel. Raises ValueError with what is wrong, the limit, and the value."""

    kind: str
    """A key of `KINDS`, and the name of the module in `channels/` that sends."""

    name: str
    """Unique within the service. Part of every delivery's key, so that a renamed channel does not
    know what it has delivered before. Lower case, digits and hyphens."""

    events: Sequence[EventType] = EVENT_TYPES
    """The types of event that it notifies about."""

    guarantee: Guarantee = "at_least_once"
    """What happens to an event when it is unknown whether an attempt has sent it.

    "at_least_once": it is sent again, possibly a second time. "at_most_once": it is dead-lettered
    immediately, for a person to check, and to replay or purge.
    """

    budget_seconds: ClassVar[int]
    """How long one attempt to send may take at most."""

    def __post_init__(self) -> None:
        require_one_of("kind", self.kind, (vars(type(self)).get("kind", self.kind),))
        require_match("name", self.name, _NAME, "e.g. 'email' or 'sms-on-call', at most 31 long")
        require_one_of("guarantee", self.guarantee, GUARANTEES)
        require_list("events", self.events, 1, len(EVENT_TYPES))
        for event_type in self.events:
            require_one_of("events", event_type, EVENT_TYPES)

    def permissions(self) -> list[Permission]:
        """Return the permissions that the function's role needs for this channel, and no more."""
        raise NotImplementedError


# Each of these raises ValueError with what is wrong, the limit, and the value. Patterns are texts:
# a function compiles only those of its own channels.


def require_one_of(what: str, value: object, allowed: Collection[str]) -> None:
    """Reject what is not in `allowed`."""
    if value not in allowed:
        raise ValueError(f"{what} must be {' or '.join(allowed)}, got {value!r}")


def require_list(what: str, values: object, low: int, high: int) -> None:
    """Reject what is not a list (or tuple) of `low` to `high` different entries."""
    if not isinstance(values, (list, tuple)):
        raise ValueError(f"{what} must be a list, got {values!r}")
    if not low <= len(values) <= high:
        raise ValueError(f"{what} must have {low} to {high} entries, got {len(values)}")
    if len(set(map(repr, values))) < len(values):
        raise ValueError(f"{what} must all be different, got {values!r}")


def require_match(what: str, value: object, pattern: str, example: str) -> None:
    """Reject what is not text that fully matches `pattern`."""
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise ValueError(f"{what} must look like {example}, got {value!r}")


def require_arn(what: str, value: Any, pattern: str, example: str) -> None:
    """Reject text that is no such ARN. A Pulumi output is not checked: it has no text yet."""
    if not hasattr(value, "apply"):
        require_match(what, value, pattern, example)
