"""What holds for all tests."""

from __future__ import annotations

import gc
import os
from functools import cache

import botocore.loaders
import botocore.session
import moto.core.models
import pytest
from hypothesis import HealthCheck, settings

from tests import cheaper_aws, cheaper_sdk

# A busy machine is no fault of what is tested. Who waits for the result tries a quarter of what is
# tried before a change lands.
settings.register_profile(
    "untimed",
    settings(),
    deadline=None,
    max_examples=100 if os.environ.get("CI") else 25,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("untimed")

# Programs make objects by the thousand: looking for garbage took a quarter of their time.
gc.set_threshold(100_000)

# The descriptions of AWS's services are the same for every test: read each of them once, although
# moto lets no two tests share a session.
botocore.loaders.create_loader = cache(botocore.loaders.create_loader)
botocore.session.create_loader = botocore.loaders.create_loader

cheaper_aws.apply()
cheaper_sdk.apply()

# moto also intercepts `requests`, by thousands of patterns for each test. Ours call AWS by botocore
# or by our own clients.
moto.core.models.RESPONSES_METHODS = []


_FIRST = ("wheel", "test_mutants.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, during which the other processes do the rest: the wheel's
    types are checked for a minute, unless they were before."""
    items.sort(key=lambda item: not any(each in item.path.parts for each in _FIRST))


def pytest_collection_finish() -> None:
    """Spare the collector what was imported."""
    gc.freeze()
