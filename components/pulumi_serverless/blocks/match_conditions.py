"""Conditions by which services of AWS choose events: their operators, and what these compare with.

SNS, Lambda and EventBridge share them. Each accepts some that match nothing, silently; what no
event could match is refused here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

TEXT_OPERATORS = ("prefix", "suffix", "equals-ignore-case")

Check = Callable[[str, Any], None]
"""Raises ValueError, beginning with the field's name, for a value that could not be compared."""


def require_condition(
    field: str,
    condition: object,
    *,
    require_text: Check,
    require_number: Check | None = None,
    plain: tuple[type, ...] = (),
) -> None:
    """Raise ValueError unless it is a value, or an operator with what it compares with.

    Without `require_number` the field has texts only; `plain` are further types of values.
    """
    numbers = require_number is not None
    match condition:
        case str():
            require_text(field, condition)
        case _ if plain and isinstance(condition, plain):
            pass
        case int() | float() if require_number is not None and not isinstance(condition, bool):
            require_number(field, condition)
        case Mapping() if len(condition) == 1:
            [(operator, operand)] = condition.items()
            _require_operator(field, operator, operand, require_text, require_number)
        case _:
            raise _no_condition(field, condition, numbers=numbers)


def _require_operator(
    field: str, operator: object, operand: Any, require_text: Check, require_number: Check | None
) -> None:
    match operator, operand:
        case str(), str() if operator in TEXT_OPERATORS:
            require_text(field, operand)
        case "anything-but", [_, *_]:
            _require_excluded(field, operand, require_text, require_number)
        case "numeric", list() if require_number is not None:
            _require_comparisons(field, operand, require_number)
        case "exists", bool():
            pass
        case _:
            raise _no_condition(field, {operator: operand}, numbers=require_number is not None)


def _require_excluded(
    field: str, excluded: list[Any], require_text: Check, require_number: Check | None
) -> None:
    """Texts, or else numbers: the services take no mixture."""
    if all(isinstance(each, str) for each in excluded):
        check: Check | None = require_text
    elif all(isinstance(each, int | float) and not isinstance(each, bool) for each in excluded):
        check = require_number
    else:
        check = None
    if check is None:
        kinds = "texts" if require_number is None else "texts or numbers, all of one kind"
        raise ValueError(f"anything-but of {field} must list {kinds}, got {excluded!r}")
    for each in excluded:
        check(field, each)


def _require_comparisons(field: str, comparisons: list[Any], require_number: Check) -> None:
    match comparisons:
        case ["=" | "<" | "<=" | ">" | ">=", number]:
            require_number(field, number)
        case [">" | ">=", low, "<" | "<=", high]:
            require_number(field, low)
            require_number(field, high)
            if not low < high:
                raise ValueError(f"numeric of {field} must match something, got {comparisons!r}")
        case _:
            raise ValueError(
                f"numeric of {field} must be one comparison, or a range such as "
                f'[">=", 100, "<", 200], got {comparisons!r}'
            )


def _no_condition(field: str, condition: object, *, numbers: bool) -> ValueError:
    kinds = "a text, a number" if numbers else "a text"
    return ValueError(
        f"a condition of {field} must be {kinds}, or one of prefix, suffix, "
        f"equals-ignore-case, anything-but, exists{', numeric' if numbers else ''}, "
        f"got {condition!r:.150}"
    )
