"""What the invocation after a failure finds: on AWS the same environment, unless that has ended."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from local.deployed import running_instance
from local.emulator.start import Emulator
from tests.local.queues_and_topics import a_function

# "exit" ends the process as a crash does; nothing of it is an exception of the handler.
_CODE = """
import os

invocations = 0

def handle(event, context):
    global invocations
    invocations += 1
    if event == "raise":
        raise ValueError("no")
    if event == "exit":
        os._exit(1)
    return invocations
"""


@pytest.fixture(scope="module")
def unpatched() -> Iterator[Emulator]:
    with running_instance("test-failures", without_patches=("lambda_failures",)) as started:
        yield started


def _after(emulator: Emulator, failure: str) -> object:
    """Invoke, fail, and return how many invocations the environment has had with the next."""
    name, client = a_function(emulator, _CODE), emulator.client("lambda")
    assert client.invoke(FunctionName=name, Payload=b"{}")["Payload"].read() == b"1"
    failed = client.invoke(FunctionName=name, Payload=json.dumps(failure))
    assert "FunctionError" in failed
    response = client.invoke(FunctionName=name, Payload=b"{}")
    return json.loads(response["Payload"].read())


def test_a_handler_that_raises_keeps_its_environment(emulator: Emulator) -> None:
    assert _after(emulator, "raise") == 3


def test_a_handler_that_raises_is_an_error_with_its_message(emulator: Emulator) -> None:
    name = a_function(emulator, _CODE)

    failed = emulator.client("lambda").invoke(FunctionName=name, Payload=b'"raise"')

    assert json.loads(failed["Payload"].read())["errorMessage"] == "no"


def test_an_environment_that_has_ended_is_replaced(emulator: Emulator) -> None:
    assert _after(emulator, "exit") == 1


def test_the_emulator_itself_still_ends_a_worker_whose_handler_raises(unpatched: Emulator) -> None:
    assert _after(unpatched, "raise") == 1
