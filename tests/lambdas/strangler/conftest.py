"""An old system for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from local.serving import serving
from serverless_runtime.strangler.legacy import Legacy
from tests.lambdas.strangler.api_events import OldSystem


@pytest.fixture
def old() -> Iterator[OldSystem]:
    with serving(OldSystem()) as server:
        yield server


@pytest.fixture
def connect(old: OldSystem) -> Iterator[Callable[..., Legacy]]:
    """Makes clients of the old system, which are closed after the test."""
    with ExitStack() as clients:

        def connected(url: str = old.url, seconds: float = 5, **settings: Any) -> Legacy:
            return clients.enter_context(closing(Legacy(url, seconds, **settings)))

        yield connected
