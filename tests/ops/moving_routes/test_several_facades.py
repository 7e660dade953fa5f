"""`strangler status` of a stack with two facades."""

from __future__ import annotations

import json

from tests.ops.moving_routes.test_moving_routes_command import (
    FACADE,
    LIST,
    ORDER,
    Operator,
    operator,
)

__all__ = ["operator"]


def test_each_of_several_facades_is_shown(operator: Operator) -> None:
    operator.facades = {"front": FACADE, "back": {**FACADE, "routes": {ORDER: "new"}}}

    found = [json.loads(line) for line in operator.types("status", "--json").stdout.splitlines()]

    assert [(each["facade"], list(each["routes"])) for each in found] == [
        ("front", [LIST, ORDER]),
        ("back", [ORDER]),
    ]
    shown = operator.types("status").stdout.splitlines()
    assert [line for line in shown if line.startswith(ORDER)] == [
        f"{ORDER}: legacy: the old system answers",
        f"{ORDER}: new: the new function answers",
    ]
