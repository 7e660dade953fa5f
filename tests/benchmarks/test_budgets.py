"""The check fails past a budget and names it; its plot and tables are what they say."""

from __future__ import annotations

from benchmarks.counts import Count, read_budgets, verdicts
from benchmarks.report import table
from benchmarks.subjects import SUBJECTS

WITHIN = Count("init.a", 0.4, "x")
OVER = Count("init.b", 0.6, "x", "6 of 10")


def test_what_is_over_its_budget_is_named_with_it() -> None:
    found = list(verdicts([WITHIN, OVER], {"init.a": 0.5, "init.b": 0.5}))

    assert [within for _, within in found] == [True, False]
    assert "init.b" in found[1][0]
    assert "over its budget of 0.5  (6 of 10)" in found[1][0]


def test_a_count_and_a_budget_need_each_other() -> None:
    found = list(verdicts([WITHIN], {"init.gone": 1.0}))

    assert [within for _, within in found] == [False, False]
    assert "no budget" in found[0][0]
    assert "init.gone" in found[1][0]


def test_every_function_has_a_budget() -> None:
    assert {f"init.{subject.name}" for subject in SUBJECTS} <= set(read_budgets())


def test_a_table_lines_up() -> None:
    assert table(["a", "b"], [("x", 0.5)]) == "| a | b |\n| --- | --- |\n| x | 0.500 |"
