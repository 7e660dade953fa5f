from __future__ import annotations

import pytest

from serverless_runtime.once.leases import Leases
from tests.lambdas.notification_service.fakes import Clock, RecordingDeadLetters
from tests.lambdas.notification_service.sample_delivery import Service, in_memory_leases
from tests.lambdas.notification_service.webhook_fixtures import ca, secret_arn, sending, server
from tests.lambdas.tables import DELIVERIES

__all__ = ["ca", "secret_arn", "sending", "server"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def in_memory(clock: Clock) -> Leases:
    return in_memory_leases(clock)


@pytest.fixture(params=["table", "model"])
def deliveries(request: pytest.FixtureRequest, clock: Clock, aws_in_memory: None) -> Leases:
    """Over the table, and over the model of DynamoDB: both pass the same tests."""
    if request.param == "table":
        return Leases(DELIVERIES, clock=clock)
    return in_memory_leases(clock)


@pytest.fixture
def service(deliveries: Leases, clock: Clock) -> Service:
    return Service(deliveries, clock)


@pytest.fixture
def dead_letters() -> RecordingDeadLetters:
    return RecordingDeadLetters()
