"""Where the requests of a route go: the same words in programs, commands and the parameter.

The parameter holds only what operators have set, as a JSON object of stages by route. Where it has
none, the stage that the program declares applies. So a deployment does not undo a rollback.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping

LEGACY, SHADOW, NEW = "legacy", "shadow", "new"

SHADOWED_METHODS = ("GET", "HEAD")
"""What may be done twice: both sides are asked."""

MAX_PARAMETER_CHARACTERS = 4_096
"""https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"""

_LONGEST_SHOWN = 60
_ALL = 100
_PERCENTAGE = re.compile("0?[0-9]{1,2}|100")


def stage_of(value: object) -> str:
    """Return a stage as it is written: legacy, shadow, new, or "1" to "99". Raises ValueError."""
    text = str(value) if type(value) is int else value
    if text in (LEGACY, SHADOW, NEW):
        return str(text)
    if isinstance(text, str) and _PERCENTAGE.fullmatch(text):
        return {0: LEGACY, _ALL: NEW}.get(int(text), str(int(text)))
    raise ValueError(
        f"must be {LEGACY}, {SHADOW}, {NEW} or a percentage from 0 to 100, "
        f"got {value!r:.{_LONGEST_SHOWN}}"
    )


def percent_of(stage: str) -> int:
    """Return how many of a hundred callers the new side answers."""
    return int(stage) if stage.isdigit() else _ALL * (stage == NEW)


def require_shadowable(route_key: str, stage: str) -> None:
    """Raise ValueError if the stage is shadow, and the route takes more than GET or HEAD."""
    method = route_key.partition(" ")[0]
    if stage == SHADOW and method not in SHADOWED_METHODS:
        raise ValueError(
            f"a route in {SHADOW} must have the method {' or '.join(SHADOWED_METHODS)}, got "
            f"{route_key!r}: both sides are asked, and a change would be made twice"
        )


def read_stages(text: str) -> dict[str, str]:
    """Return the stages that a parameter holds, by route. Raises ValueError."""
    found = _object(text)
    stages = dict[str, str]()
    for route_key, value in found.items():
        try:
            stages[route_key] = stage_of(value)
        except ValueError as error:
            raise ValueError(f"the stage of {route_key!r:.{_LONGEST_SHOWN}} {error}") from None
    return stages


def readable_stages(text: str) -> dict[str, str]:
    """Return those stages of a parameter that can be read."""
    try:
        found = _object(text)
    except ValueError:
        return {}
    stages = dict[str, str]()
    for route_key, value in found.items():
        with contextlib.suppress(ValueError):
            stages[route_key] = stage_of(value)
    return stages


def _object(text: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"must be a JSON object, got none: {error}") from None
    if not isinstance(found, dict):
        raise ValueError(f"must be a JSON object of stages by route, got {type(found).__name__}")
    return found


def write_stages(stages: Mapping[str, str]) -> str:
    """Return the stages as the parameter holds them."""
    return json.dumps(dict(sorted(stages.items())), separators=(",", ":"))
