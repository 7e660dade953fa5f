from __future__ import annotations

import pytest

from tests.lambdas.circuit_breaker.instances import Provider
from tests.lambdas.notification_service.fakes import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider() -> Provider:
    return Provider()
