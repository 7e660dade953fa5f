"""The duration of the search. HYPOTHESIS_PROFILE=long starts a new search with
MODEL_EXAMPLES examples.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

_COMMON: dict[str, Any] = {"suppress_health_check": list(HealthCheck)}

settings.register_profile(
    "ci",
    derandomize=True,
    database=None,
    max_examples=100,
    stateful_step_count=30,
    phases=[Phase.generate],
    **_COMMON,
)
settings.register_profile(
    "long",
    print_blob=True,
    max_examples=int(os.environ.get("MODEL_EXAMPLES", "10000")),
    stateful_step_count=60,
    **_COMMON,
)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """The runtime logs every fault with its traceback, thousands of them."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(before)
