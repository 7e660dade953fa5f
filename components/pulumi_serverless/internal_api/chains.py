"""Who calls whom, and how long each waits: circles and long chains never get deployed."""

from __future__ import annotations

from collections.abc import MutableMapping
from weakref import WeakKeyDictionary

from pulumi_serverless.blocks.lambda_function import LambdaFunction

MAX_CALLS_IN_A_ROW = 3
"""Each call waits for all behind it: of three services with 99.9 % each, a caller gets 99.7 %, and
pays for four functions of which three wait."""

Calls = MutableMapping[LambdaFunction, float]
"""Whom a function calls, and how long it waits at most, in seconds."""

_CALLS: WeakKeyDictionary[LambdaFunction, Calls] = WeakKeyDictionary()


def add_call(caller: LambdaFunction, callee: LambdaFunction, budget_seconds: float) -> None:
    """Record that `caller` calls `callee`.

    ValueError if a call could then come back to where it began, if too many calls are in a row, and
    if a function waits for another as long as it is waited for itself, or longer.
    """
    if (circle := _path(callee, caller)) is not None:
        raise ValueError(
            "functions must not call each other in a circle, got "
            f"{_text([caller, *circle])}: each would wait for the next"
        )
    chain = [*_longest_before(caller), *_longest_after(callee)]
    if len(chain) - 1 > MAX_CALLS_IN_A_ROW:
        raise ValueError(
            f"at most {MAX_CALLS_IN_A_ROW} calls may be in a row, got {len(chain) - 1}: "
            f"{_text(chain)}; let the first caller ask each of them, or keep a copy of the data"
        )
    for before, its_calls in _CALLS.items():
        if caller in its_calls:
            _require_shorter([before, caller, callee], its_calls[caller], budget_seconds)
    for after, its_budget in _CALLS.get(callee, {}).items():
        _require_shorter([caller, callee, after], budget_seconds, its_budget)
    _CALLS.setdefault(caller, {})[callee] = budget_seconds


def _require_shorter(chain: list[LambdaFunction], outer: float, inner: float) -> None:
    if inner >= outer:
        raise ValueError(
            f"in {_text(chain)}, the second call must have less time than the first, {outer:g} s, "
            f"got {inner:g} s; lower its budget_seconds, or raise that of the first"
        )


def _path(start: LambdaFunction, end: LambdaFunction) -> list[LambdaFunction] | None:
    """How calls get from one function to another; None if they do not."""
    if start is end:
        return [start]
    for callee in _CALLS.get(start, {}):
        if (rest := _path(callee, end)) is not None:
            return [start, *rest]
    return None


def _longest_after(start: LambdaFunction) -> list[LambdaFunction]:
    rests = [_longest_after(callee) for callee in _CALLS.get(start, {})]
    return [start, *max(rests, key=len, default=[])]


def _longest_before(end: LambdaFunction) -> list[LambdaFunction]:
    callers = [caller for caller, its_calls in _CALLS.items() if end in its_calls]
    return [*max((_longest_before(each) for each in callers), key=len, default=[]), end]


def _text(functions: list[LambdaFunction]) -> str:
    return " → ".join(each.logical_name for each in functions)
