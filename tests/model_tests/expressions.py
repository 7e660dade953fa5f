"""DynamoDB's expressions, as far as the runtime uses them; anything else is an error by name."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

Row = dict[str, dict[str, Any]]

_TOKEN = re.compile(r"\s*(<>|<=|>=|[=<>(),+]|[:#]?[A-Za-z_][A-Za-z0-9_]*)")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@lru_cache
def _tokens(expression: str) -> tuple[str, ...]:
    found, position, text = [], 0, expression.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise NotImplementedError(f"the model cannot read {text[position:]!r}")
        found.append(match[1])
        position = match.end()
    return tuple(found)


class Reader:
    """Reads one expression against one row."""

    def __init__(self, expression: str, row: Row, names: Any, values: Any) -> None:
        self._left = list(_tokens(expression))
        self._row = row
        self._names: Mapping[str, str] = names or {}
        self._values: Mapping[str, dict[str, Any]] = values or {}

    def holds(self) -> bool:
        """Return whether the whole expression is true of the row."""
        result = self._any_of()
        if self._left:
            raise NotImplementedError(f"the model cannot read what begins at {self._left}")
        return result

    def updated(self) -> Row:
        """Return the row as an update expression leaves it."""
        after = dict(self._row)
        while self._left:
            word = self._next().upper()
            while True:
                name = self._name(self._next())
                if word == "SET":
                    self._take("=")
                    after[name] = self._operand() or {"NULL": True}
                elif word == "REMOVE":
                    after.pop(name, None)
                else:
                    raise NotImplementedError(f"the model knows no {word}")
                if not self._left or self._left[0] != ",":
                    break
                self._next()
        return after

    def _any_of(self) -> bool:
        result = self._all_of()
        while self._left and self._left[0].upper() == "OR":
            self._next()
            result = self._all_of() or result
        return result

    def _all_of(self) -> bool:
        result = self._one()
        while self._left and self._left[0].upper() == "AND":
            self._next()
            result = self._one() and result
        return result

    def _one(self) -> bool:
        word = self._left[0]
        if word.upper() == "NOT":
            self._next()
            return not self._one()
        if word == "(":
            self._next()
            result = self._any_of()
            self._take(")")
            return result
        if word in ("attribute_exists", "attribute_not_exists"):
            self._next()
            self._take("(")
            there = self._name(self._next()) in self._row
            self._take(")")
            return there is (word == "attribute_exists")
        return self._comparison()

    def _comparison(self) -> bool:
        left = self._operand()
        sign = self._next()
        if sign.upper() == "IN":
            self._take("(")
            among = [self._operand()]
            while self._left[0] == ",":
                self._next()
                among.append(self._operand())
            self._take(")")
            return left is not None and left in among
        if sign not in _COMPARE:
            raise NotImplementedError(f"the model cannot compare with {sign}")
        right = self._operand()
        if left is None or right is None or left.keys() != right.keys():
            # What is not there equals nothing, and is smaller or larger than nothing.
            return sign == "<>"
        return _COMPARE[sign](plain(left), plain(right))

    def _operand(self) -> dict[str, Any] | None:
        word = self._next()
        if word == "if_not_exists":
            self._take("(")
            kept = self._operand()
            self._take(",")
            other = self._operand()
            self._take(")")
            value = other if kept is None else kept
        else:
            value = self._values[word] if word[0] == ":" else self._row.get(self._name(word))
        if self._left and self._left[0] == "+":
            self._next()
            more = self._operand()
            return {"N": str(plain(value or {"N": "0"}) + plain(more or {"N": "0"}))}
        return value

    def _name(self, word: str) -> str:
        return self._names[word] if word[0] == "#" else word

    def _next(self) -> str:
        return self._left.pop(0)

    def _take(self, word: str) -> None:
        if self._next() != word:
            raise NotImplementedError(f"the model expected {word} before {self._left}")


def plain(value: dict[str, Any]) -> Any:
    """Return a value that compares as DynamoDB compares it."""
    [(kind, content)] = value.items()
    return Decimal(content) if kind == "N" else content
