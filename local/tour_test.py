"""The tour as a test: `python -m local test FOLDER` takes its steps after FOLDER/tests."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from local.deployed import Deployed
from local.tour import Step


def test_the_tour_observes_what_it_tells(program: Deployed, tour: Sequence[Step]) -> None:
    """Each step yields observations, and none of them is another than the story's."""
    for step in tour:
        if not list(step(program)):
            pytest.fail(f"{step.__name__} observes nothing")
