"""The comparison's table: medians and spread of the rounds, and ratios of the same round."""

from __future__ import annotations

from benchmarks.end_to_end import Figures
from benchmarks.report import compared_rows


def _rounds(*values: float) -> list[Figures]:
    return [Figures(**dict.fromkeys(Figures.__annotations__, value)) for value in values]


def _row(found: dict[str, list[Figures]], name: str) -> list[str]:
    return next(row for row in compared_rows(found, "bare") if row[0] == name)


def test_a_figure_is_the_median_of_its_rounds_with_the_lowest_and_the_highest() -> None:
    row = _row({"bare": _rounds(10, 10, 10), "ours": _rounds(5, 30, 6)}, "ours")

    assert row[1:3] == ["6.0 (5.0 to 30.0)", "0.60"]


def test_a_round_that_was_slow_for_everybody_changes_no_ratio() -> None:
    found = {"bare": _rounds(10, 10, 500), "ours": _rounds(8, 8, 400)}

    assert _row(found, "ours")[2] == "0.80"


def test_what_was_too_short_to_be_measured_has_no_ratio() -> None:
    assert _row({"bare": _rounds(0, 0), "ours": _rounds(1, 1)}, "ours")[2] == "-"
