"""JSON with outputs in it, such as policies that name ARNs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi


def json_text(document: Any, known: Callable[[str], object] | None = None) -> pulumi.Input[str]:
    """Return `document` as JSON, as `pulumi.Output.json_dumps` writes it: plain text if nothing in
    it is an output. `known` is called with the text, when it is known.

    Output.json_dumps makes an output of every constant, too: for a policy with one ARN, the SDK
    runs twenty coroutines, and this function one. Raises TypeError for a value that is not JSON.
    """
    outputs: list[pulumi.Output[Any]] = []

    def noted(value: Any) -> None:
        if not isinstance(value, pulumi.Output):
            raise TypeError(f"not a JSON value: {value!r}")
        outputs.append(value)

    text = json.dumps(document, default=noted)
    if not outputs:
        if known is not None:
            known(text)
        return text
    # The document is written again in the same order, each output's value in its place.
    if len(outputs) == 1:
        # from_input, because the value may have outputs in it, too.
        return pulumi.Output.from_input(outputs[0]).apply(
            lambda value: _filled(document, [value], known)
        )
    return pulumi.Output.all(*outputs).apply(lambda values: _filled(document, values, known))


def _filled(document: Any, values: list[Any], known: Callable[[str], object] | None) -> str:
    left = iter(values)
    text = json.dumps(document, default=lambda _: next(left))
    if known is not None:
        known(text)
    return text
