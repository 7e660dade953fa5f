"""The tour of a program: what happens when there is none, and when a step sees something else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.tour import NoTourError, UnexpectedError, require, steps_of


def test_a_program_without_a_tour_is_told_which_file_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(NoTourError, match=r"has no local_tour\.py"):
        steps_of(tmp_path)


def test_the_steps_are_those_of_the_programs_own_file(tmp_path: Path) -> None:
    for name, steps in {"one": "[iter]", "two": "[iter, iter]"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "local_tour.py").write_text(f"STEPS = {steps}\n")

    assert [len(steps_of(tmp_path / name)) for name in ("one", "two")] == [1, 2]


def test_something_else_than_expected_ends_the_story_with_what_was_seen() -> None:
    def step() -> Iterator[str]:
        yield "so far so good"
        require(1 + 1 == 3, "three", seen=2)

    told = step()
    assert next(told) == "so far so good"
    with pytest.raises(UnexpectedError, match="expected three; seen: 2"):
        next(told)
