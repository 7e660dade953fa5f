"""`strangler status` of a stack with two facades."""

from __future__ import annotations

import json

import pytest

from tests.ops.moving_routes.test_moving_routes_command import (
    FACADE,
    LIST,
    ORDER,
    Operator,
    operator,
)

__all__ = ["operator"]

EDITED = "edited-stages"


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


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "there is no such parameter ("),
        ("by hand", f"the parameter {EDITED} must be a JSON object"),
    ],
)
def test_a_facade_that_cannot_be_read_is_named_and_the_others_are_shown(
    operator: Operator, text: str | None, why: str
) -> None:
    operator.facades = {"front": {**FACADE, "parameterName": EDITED}, "back": FACADE}
    if text is not None:
        operator.clients["ssm"].put_parameter(Name=EDITED, Value=text, Type="String")

    result = operator.types("status")

    assert result.exit_code == 3
    assert f"{ORDER}: legacy: the old system answers" in result.stdout
    assert result.stderr.startswith(f"Error: facade front (parameter {EDITED}): {why}")
