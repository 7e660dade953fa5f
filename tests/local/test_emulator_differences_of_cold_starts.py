"""What a cold start imports: on AWS what the function does, in the emulator botocore, too."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from local.deployed import running_instance
from local.emulator.start import Emulator
from tests.local.queues_and_topics import a_function

_WITHOUT_BOTOCORE = """
import sys

def handle(event, context):
    return "botocore" in sys.modules
"""

# What botocore calls before each request: among it, what the emulator puts there.
_WITH_BOTOCORE = """
import json
import boto3

def handle(event, context):
    handlers = boto3.session.Session()._session._events._emitter._handlers.prefix_search(
        "before-call"
    )
    return [handler.__name__ for handler in handlers if handler.__module__ == "__main__"]
"""


@pytest.fixture(scope="module")
def unpatched() -> Iterator[Emulator]:
    with running_instance("test-cold", without_patches=("lambda_cold_starts",)) as started:
        yield started


def _returned(emulator: Emulator, code: str) -> object:
    name = a_function(emulator, code)
    response = emulator.client("lambda").invoke(FunctionName=name, Payload=b"{}")
    return json.loads(response["Payload"].read())


def test_a_cold_start_imports_what_its_function_does(emulator: Emulator) -> None:
    assert _returned(emulator, _WITHOUT_BOTOCORE) is False


def test_a_function_that_imports_botocore_passes_the_depth_of_its_calls_on(
    emulator: Emulator, unpatched: Emulator
) -> None:
    passing_on = _returned(unpatched, _WITH_BOTOCORE)

    assert passing_on == ["_ms_add_invoke_depth"]
    assert _returned(emulator, _WITH_BOTOCORE) == passing_on


def test_the_emulator_itself_still_imports_botocore_into_every_worker(unpatched: Emulator) -> None:
    assert _returned(unpatched, _WITHOUT_BOTOCORE) is True
