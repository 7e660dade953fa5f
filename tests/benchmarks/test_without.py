"""Each optimisation can be taken out, and has budgets that are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.counts import read_budgets
from benchmarks.subjects import ROOT
from benchmarks.without import ChangeError, Optimisation, optimisations

CODE = "lambdas/code.py"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    (tmp_path / CODE).parent.mkdir()
    (tmp_path / CODE).write_text("a = 1\nb = 1\n")
    return tmp_path


def taken_out(old: str, new: str) -> Optimisation:
    return Optimisation("caching", ["warm.relay"], [{"file": CODE, "old": old, "new": new}])


@pytest.mark.parametrize("optimisation", optimisations(), ids=lambda each: each.name)
def test_an_optimisation_can_be_taken_out_of_todays_code(
    optimisation: Optimisation, tmp_path: Path
) -> None:
    for each in optimisation.changes:
        path = tmp_path / each["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((ROOT / each["file"]).read_text())

    optimisation.take_out(tmp_path)

    for each in optimisation.changes:
        compile((tmp_path / each["file"]).read_text(), each["file"], "exec")


def test_every_optimisation_has_a_budget_that_would_notice() -> None:
    budgets = read_budgets()

    assert all(each.over and {*each.over} <= {*budgets} for each in optimisations())


def test_a_text_is_replaced(copy: Path) -> None:
    taken_out("a = 1", "a = 2").take_out(copy)

    assert (copy / CODE).read_text() == "a = 2\nb = 1\n"


@pytest.mark.parametrize(("old", "times"), [("c = 1", 0), ("= 1", 2)])
def test_a_text_that_is_not_there_once_is_refused(copy: Path, old: str, times: int) -> None:
    with pytest.raises(ChangeError, match=rf"caching: {CODE} must have '{old}' once, got {times}"):
        taken_out(old, "").take_out(copy)

    assert (copy / CODE).read_text() == "a = 1\nb = 1\n"
