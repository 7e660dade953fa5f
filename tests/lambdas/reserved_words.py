"""DynamoDB rejects reserved words as bare names in any expression; moto only does in some."""

from __future__ import annotations

import json
import re
from typing import Any

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

_OPERATORS = {"AND", "OR", "NOT", "SET", "REMOVE", "ADD", "DELETE", "BETWEEN", "IN"}
_WORD = re.compile(r"(?<![#:\w])[A-Za-z_]\w*(?!\w*\()")


def reserved_words_in(expression: str) -> set[str]:
    """Return the reserved words that are in `expression` as attribute names."""
    words = {word.upper() for word in _WORD.findall(expression)} - _OPERATORS
    return words & set(ReservedKeywords.get_reserved_keywords())


def reject_reserved_words(params: dict[str, Any], **_: Any) -> None:
    """Raise for a request DynamoDB would reject; a hook for before-call.dynamodb."""
    for expression in _expressions(json.loads(params["body"])):
        if words := reserved_words_in(expression):
            raise AssertionError(f"reserved words {sorted(words)} in {expression!r}")


def _expressions(value: Any) -> list[str]:
    if isinstance(value, list):
        return [found for item in value for found in _expressions(item)]
    if not isinstance(value, dict):
        return []
    own = [text for name, text in value.items() if name.endswith("Expression")]
    return own + [found for item in value.values() for found in _expressions(item)]
