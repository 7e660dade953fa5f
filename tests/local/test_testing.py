"""What the tests of a program are given."""

from __future__ import annotations

from typing import Any, cast

import pytest

from local.emulator.start import EmulatorError
from local.testing import Deployed, sized


@pytest.fixture
def program() -> Deployed:
    nowhere = cast("Any", None)
    return Deployed(nowhere, nowhere)


@pytest.mark.parametrize(("proof", "size"), [("", 10), ("full", 1_000)])
def test_a_proof_has_its_full_size_only_where_the_environment_says_so(
    monkeypatch: pytest.MonkeyPatch, proof: str, size: int
) -> None:
    monkeypatch.setenv("PROOF", proof)

    assert sized(10, full=1_000) == size


def test_any_other_size_of_a_proof_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOF", "big")

    with pytest.raises(pytest.UsageError, match=r"PROOF must be full, or not set, got 'big'"):
        sized(10, full=1_000)


@pytest.mark.parametrize(
    ("operations", "name", "known"),
    [
        ({}, None, "none"),
        ({"deadLetters": {"a": {}, "b": {}}}, None, r"\['a', 'b'\]"),
        ({"deadLetters": {"a": {}, "b": {}}}, "c", r"\['a', 'b'\]"),
    ],
)
def test_a_dead_letter_queue_that_is_not_there_is_refused_with_those_that_are(
    program: Deployed, operations: dict[str, Any], name: str | None, known: str
) -> None:
    program.outputs = {"operations": operations}

    with pytest.raises(EmulatorError, match=f"The program has {known}, got {name!r}"):
        program.dead_letters(name)
