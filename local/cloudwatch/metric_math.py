"""The part of CloudWatch's metric math that alarms here use.

An expression with a missing value has no value, unless FILL replaces it.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping

Value = float | None

_OPERATORS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
}


class UnsupportedExpressionError(Exception):
    """An expression uses something that is not supported here."""


def evaluate(expression: str, values: Mapping[str, Value]) -> Value:
    """Return the expression's value in one period; None if it has none.

    `values` are the metrics' values in that period by their ids. A division by 0 has no value.
    Raises UnsupportedExpressionError.
    """
    try:
        tree = ast.parse(expression, mode="eval")
    except SyntaxError as error:
        raise UnsupportedExpressionError(f"cannot evaluate {expression!r}: {error.msg}") from None
    return _value(tree.body, values)


def _value(node: ast.AST, values: Mapping[str, Value]) -> Value:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
            return _combined(sign, _value(left, values), _value(right, values))
        case ast.Compare(left=left, ops=[sign], comparators=[right]) if type(sign) in _OPERATORS:
            return _combined(sign, _value(left, values), _value(right, values))
        case ast.Call(func=ast.Name(id="FILL"), args=[filled, filler]):
            value = _value(filled, values)
            return _value(filler, values) if value is None else value
        case ast.Call(func=ast.Name(id="IF"), args=[condition, yes, no]):
            holds = _value(condition, values)
            return None if holds is None else _value(yes if holds else no, values)
    raise UnsupportedExpressionError(
        f"cannot evaluate {ast.unparse(node)!r}; see local/cloudwatch/metric_math.py"
    )


def _combined(sign: ast.AST, left: Value, right: Value) -> Value:
    if left is None or right is None:
        return None
    try:
        return float(_OPERATORS[type(sign)](left, right))
    except ZeroDivisionError:
        return None
