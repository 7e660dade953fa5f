"""Metric math as alarms use it."""

from __future__ import annotations

import pytest

from local.cloudwatch.metric_math import UnsupportedExpressionError, evaluate


@pytest.mark.parametrize(
    ("expression", "values", "expected"),
    [
        ("visible + in_flight", {"visible": 1.0, "in_flight": 2.0}, 3),
        ("visible + in_flight", {"visible": 1.0, "in_flight": None}, None),
        ("FILL(read_0, 0) + FILL(write_0, 0)", {"read_0": None, "write_0": 4.0}, 4),
        ("FILL(read_0, 0) + FILL(write_0, 0)", {"read_0": None, "write_0": None}, 0),
        ("IF(all >= 10, 100 * bad / all, 0)", {"all": 20.0, "bad": 1.0}, 5),
        ("IF(all >= 10, 100 * bad / all, 0)", {"all": 9.0, "bad": 9.0}, 0),
        ("IF(all >= 10, 100 * bad / all, 0)", {"all": None, "bad": None}, None),
        ("bad / all", {"all": 0.0, "bad": 1.0}, None),
        ("bad - 1.5", {"bad": 2.0}, 0.5),
    ],
)
def test_an_expression_has_cloudwatchs_value(
    expression: str, values: dict[str, float | None], expected: float | None
) -> None:
    assert evaluate(expression, values) == expected


@pytest.mark.parametrize("expression", ["SEARCH('x', 'Sum')", "a ** 2", "b + 1", "a +", "'text'"])
def test_what_is_not_supported_is_an_error_that_shows_it(expression: str) -> None:
    with pytest.raises(UnsupportedExpressionError, match="cannot evaluate"):
        evaluate(expression, {"a": 1.0})
