from __future__ import annotations

import pytest

from serverless_runtime.once.leases import Leases
from tests.lambdas.notification_service.fakes import Clock
from tests.lambdas.tables import DELIVERIES
from tests.model_tests.in_memory_dynamo import InMemoryDynamo


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["table", "model"])
def leases(request: pytest.FixtureRequest, clock: Clock, aws_in_memory: None) -> Leases:
    """Over the table, and over the model of DynamoDB: both pass the same tests."""
    if request.param == "table":
        return Leases(DELIVERIES, clock=clock)
    return Leases(DELIVERIES, InMemoryDynamo(clock, lambda change: None), clock)
