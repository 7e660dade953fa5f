"""Whether the emulator still holds what was declared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


class ExactMapping(dict[str, Any]):
    """A mapping that must match exactly: there may be no other keys."""


def same(declared: Any, found: Any) -> bool:
    """Whether `found` is what was declared; the emulator may have added settings of its own.

    The order of lists and the formatting of JSON text are ignored.
    """
    if _is_nothing(declared) and _is_nothing(found):
        return True
    if isinstance(declared, Mapping) and isinstance(found, Mapping):
        if isinstance(declared, ExactMapping) and declared.keys() != found.keys():
            return False
        return all(same(value, found.get(key)) for key, value in declared.items())
    if isinstance(declared, list | tuple) and isinstance(found, list | tuple):
        return len(declared) == len(found) and all(
            any(same(one, other) for other in found) for one in declared
        )
    return bool(declared == found) or _same_json(declared, found)


def _is_nothing(value: Any) -> bool:
    """Whether the value is empty; zero is not."""
    if isinstance(value, Mapping):
        return all(_is_nothing(inner) for inner in value.values())
    return value in (None, False, "") or value == []


def _same_json(declared: Any, found: Any) -> bool:
    if not isinstance(declared, str) or not declared.lstrip().startswith(("{", "[")):
        return False
    if not isinstance(found, str):
        return same(json.loads(declared), found)
    try:
        documents = json.loads(declared), json.loads(found)
    except ValueError:
        return False
    return bool(documents[0] == documents[1])
