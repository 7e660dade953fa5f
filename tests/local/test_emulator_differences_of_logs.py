"""What a function prints, on AWS and in the emulator: with the run that printed it, or later."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.deployed import running_instance
from local.emulator.start import Emulator
from tests.local.queues_and_topics import a_function, lines_of

# How slowly its lines are read cannot be told to the emulator; a line that does not end waits for
# more of it, as a line does that is read late.
_PRINTS = """
import sys

def handle(event, context):
    print(event["first"])
    sys.stdout.write(event["last"])
    if "raise" in event:
        raise ValueError(event["raise"])
"""


@pytest.fixture(scope="module")
def unpatched() -> Iterator[Emulator]:
    with running_instance(
        "test-unpatched", retry_base_seconds=0.1, without_patches=("lambda_logs",)
    ) as started:
        yield started


def _printed(emulator: Emulator, *payloads: str) -> list[str]:
    """What is in the log when the last response has come, without Lambda's own lines."""
    name = a_function(emulator, _PRINTS)
    for payload in payloads:
        emulator.client("lambda").invoke(FunctionName=name, Payload=payload.encode())
    own = ("START", "END", "REPORT", "Traceback", " ", "ValueError")
    return [line for line in lines_of(emulator, name) if line and not line.startswith(own)]


def test_what_a_function_prints_is_logged_with_the_run_that_printed_it(emulator: Emulator) -> None:
    first = '{"first": "1", "last": "no end"}'

    assert _printed(emulator, first) == ["1", "no end"]
    assert _printed(emulator, first, '{"first": "2", "last": ""}') == ["1", "no end", "2"]


def test_what_a_failing_function_prints_is_logged_too(emulator: Emulator) -> None:
    printed = _printed(emulator, '{"first": "1", "last": "no end", "raise": "no"}')

    assert printed[:2] == ["1", "no end"]


def test_the_emulator_itself_still_logs_the_end_of_a_run_later(unpatched: Emulator) -> None:
    assert _printed(unpatched, '{"first": "1", "last": "no end"}') == ["1"]
