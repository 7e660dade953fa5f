"""The API of the program."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from local.testing import Deployed


@pytest.fixture(scope="session")
def api(program: Deployed) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=program.outputs["apiUrl"], timeout=30, trust_env=False) as client:
        yield client
