"""Which events of a topic a subscriber gets: checked against what the topic's publishers declare.

SNS itself accepts a filter on what no event has, and then delivers nothing, silently.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pulumi_serverless.blocks.argument_checks import (
    Distinct,
    Matches,
    Size,
    require_one_of,
)
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.match_conditions import require_condition
from serverless_runtime.shared.envelope import ENVELOPE
from serverless_runtime.shared.message_attributes import (
    MAX_ATTRIBUTES,
    require_attribute,
    require_attribute_name,
    require_characters,
)

# https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
MAX_KEYS = 5
MAX_COMBINATIONS = 150
MAX_NUMBER = 10**9
MAX_POLICY_BYTES = 256_000
_DIGITS_AFTER_THE_POINT = 5

ONE_WORD = Matches(r"\S+", "one word")

_BODY_LEVEL = 2
"""Where a field of the data is in the body: below "data"."""

Condition = Any
"""A value; or {"prefix": "eu-"}, {"suffix": "…"}, {"equals-ignore-case": "…"}, {"anything-but":
["…"]}, {"numeric": [">=", 100]}, {"exists": True}.
https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html"""


@dataclass(frozen=True, kw_only=True)
class EventType(Arguments):
    """What its publishers promise about one type of event."""

    name: Annotated[str, ONE_WORD]
    """The type, e.g. "invoice.created.v1"."""

    attributes: Annotated[Sequence[str], Size(0, MAX_ATTRIBUTES - 1), Distinct()] = ()
    """Attributes that every such event has besides its type, by which subscribers may choose; at
    most 9."""

    data: Annotated[Sequence[str], Distinct()] = ()
    """Fields that the data of every such event has, by which subscribers may choose."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require_attribute("type", self.name)
        _require_text("types", self.name)
        if "type" in self.attributes:
            raise ValueError(f"attributes of {self.name} must not name its type, which all have")
        for each in self.attributes:
            require_attribute_name(each)
        # Publishers refuse them, and a condition on "data" would take the place of those on fields.
        if taken := sorted(ENVELOPE & set(self.attributes)):
            raise ValueError(
                f"attributes of {self.name} must have names of their own, got {', '.join(taken)}, "
                "which the envelope of an event has itself"
            )


@dataclass(frozen=True, kw_only=True)
class EventFilter(Arguments):
    """Events that match all of it; of each list, one condition. Left out, everything matches."""

    types: Sequence[str] = ()
    """Types of events."""

    attributes: Mapping[str, Sequence[Condition]] = field(default_factory=dict)
    """Conditions on attributes, which are texts."""

    data: Mapping[str, Sequence[Condition]] = field(default_factory=dict)
    """Conditions on fields of the data. With any, SNS reads the whole body, and charges for each
    gigabyte of it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for kind, conditions in (("attributes", self.attributes), ("data", self.data)):
            for key, listed in conditions.items():
                _require_conditions(f"{kind}.{key}", listed, numbers=kind == "data")
        self._require_limits()

    @property
    def is_on_body(self) -> bool:
        """Whether SNS has to read the body."""
        return bool(self.data)

    @property
    def policy(self) -> dict[str, Any] | None:
        """SNS's filter policy; None if everything matches."""
        types = {"type": list(self.types)} if self.types else {}
        attributes = {key: list(listed) for key, listed in self.attributes.items()}
        data = {"data": {key: list(listed) for key, listed in self.data.items()}}
        # The body is a CloudEvents envelope: its attributes stand beside the data.
        return {**types, **attributes, **(data if self.data else {})} or None

    def require_known(self, events: Sequence[EventType]) -> None:
        """Raise ValueError if it names a type, an attribute or a field that its events do not
        have."""
        known = {event.name: event for event in events}
        for name in self.types:
            require_one_of("types of a filter", name, known)
        chosen = [known[name] for name in self.types or known]
        for kind in ("attributes", "data"):
            for key in getattr(self, kind):
                without = [each.name for each in chosen if key not in getattr(each, kind)]
                if without:
                    raise ValueError(
                        f"{kind} of a filter must be declared for each of its event types, got "
                        f"{key!r}, which {', '.join(without)} does not have: such events would "
                        "never be delivered; declare it, or choose other types"
                    )

    def _require_limits(self) -> None:
        own = [*self.attributes.values(), *([self.types] if self.types else [])]
        if (keys := len(own) + bool(self.data)) > MAX_KEYS:
            raise ValueError(f"a filter must have at most {MAX_KEYS} keys, got {keys}")
        nested = [_BODY_LEVEL * len(listed) for listed in self.data.values()]
        if (found := math.prod([*map(len, own), *nested])) > MAX_COMBINATIONS:
            raise ValueError(
                f"a filter must have at most {MAX_COMBINATIONS} combinations of its values, "
                f"those of data counted twice, got {found}"
            )
        if (size := len(json.dumps(self.policy))) > MAX_POLICY_BYTES:
            raise ValueError(
                f"a filter must be at most {MAX_POLICY_BYTES} bytes as JSON, got {size}"
            )


def _require_conditions(field_name: str, listed: Sequence[Condition], *, numbers: bool) -> None:
    if not listed:
        raise ValueError(f"{field_name} must list one condition or more, got {listed!r}")
    for each in listed:
        require_condition(
            field_name,
            each,
            require_text=_require_text,
            require_number=_require_number if numbers else None,
            plain=(bool,) if numbers else (),
        )
        if each == {"exists": False}:
            raise ValueError(
                f"a condition of {field_name} must not be exists False: an event type declares "
                "only what each of its events has; choose other types"
            )


def _require_text(field_name: str, text: str) -> None:
    # SNS needs these escaped twice in attributes, and otherwise never matches them.
    if not text or '"' in text or "\\" in text:
        raise ValueError(
            f"a text of {field_name} must not be empty, nor have quotes or backslashes in it, "
            f"got {text!r}"
        )
    require_characters(f"a text of {field_name}", text)


def _require_number(field_name: str, number: object) -> None:
    if (
        isinstance(number, bool)
        or not isinstance(number, (int, float))
        or not abs(number) <= MAX_NUMBER
        or round(number, _DIGITS_AFTER_THE_POINT) != number
    ):
        raise ValueError(
            f"a number of {field_name} must be from -{MAX_NUMBER} to {MAX_NUMBER}, with at most "
            f"{_DIGITS_AFTER_THE_POINT} digits after the point, got {number!r}"
        )
