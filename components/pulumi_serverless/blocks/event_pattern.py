"""Patterns by which Lambda and other services choose messages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

MAX_PATTERN_CHARACTERS = 4_096
"""https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html"""


def require_pattern(field: str, pattern: Mapping[str, Any]) -> None:
    """Raise ValueError for what would be no pattern: every value must be a list of what matches, or
    a pattern for an object."""
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
        if not isinstance(value, list):
            _require_node(f"{field}.{key}", value)
        elif not value:
            raise ValueError(f"{field}.{key} must list what matches, got []: nothing would match")
