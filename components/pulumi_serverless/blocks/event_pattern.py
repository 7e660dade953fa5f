"""Patterns by which Lambda and other services choose messages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pulumi_serverless.blocks.argument_checks import is_number
from pulumi_serverless.blocks.match_conditions import require_condition

MAX_PATTERN_CHARACTERS = 4_096
"""https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html"""


def require_pattern(field: str, pattern: Mapping[str, Any]) -> None:
    """Raise ValueError for what would be no pattern: every value must be a list of what matches, or
    a pattern for an object. Of `$or`, any one of the listed patterns is enough."""
    _require_node(field, pattern)
    if (size := len(json.dumps(pattern))) > MAX_PATTERN_CHARACTERS:
        raise ValueError(
            f"{field} must be at most {MAX_PATTERN_CHARACTERS} characters as JSON, got {size}"
        )


def _require_node(field: str, node: object) -> None:
    if not isinstance(node, Mapping):
        raise ValueError(
            f"{field} must be an object, or a list of what matches, "
            f'such as {{"type": ["order.placed"]}}, got {node!r}'
        )
    if not node:
        raise ValueError(f"{field} must name at least one key, got {{}}: everything would match")
    for key, value in node.items():
        name = f"{field}.{key}"
        if not isinstance(value, list):
            _require_node(name, value)
        elif not value:
            raise ValueError(f"{name} must list what matches, got []: nothing would match")
        for number, each in enumerate(value if isinstance(value, list) else ()):
            if key == "$or":
                _require_node(f"{name}[{number}]", each)
            else:
                _require_condition(name, each)


def _require_condition(field: str, condition: object) -> None:
    require_condition(
        field,
        condition,
        require_text=_require_text,
        require_number=_require_number,
        plain=(bool, type(None)),
    )


def _require_text(field: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError(
            f"a text of {field} must be Unicode, got half of a surrogate pair in it"
        ) from None


def _require_number(field: str, number: object) -> None:
    if not is_number(number):
        raise ValueError(f"a number of {field} must be a finite number, got {number!r}")
