"""What a function prints, on AWS and in the emulator: with the run that printed it, or later."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

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

_RAISES_HALF_A_PAIR = """
def handle(event, context):
    raise ValueError("half \\ud83d, both \\ud83d\\ude00")
"""

_PRINTS_BYTES = """
import sys

def handle(event, context):
    sys.stdout.buffer.write(b"half \\xed\\xa0\\xbd" + bytes([10]))
    print("next")
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


def test_an_error_with_half_of_a_surrogate_pair_leaves_the_log_readable(
    emulator: Emulator,
) -> None:
    name = a_function(emulator, _RAISES_HALF_A_PAIR)
    for _ in range(2):
        emulator.client("lambda").invoke(FunctionName=name, LogType="Tail")

    logged = [line for line in lines_of(emulator, name) if line.startswith("ValueError")]

    assert logged == ["ValueError: half \ufffd, both \U0001f600"] * 2


def test_bytes_that_are_not_utf_8_are_replaced_and_what_follows_is_logged(
    emulator: Emulator,
) -> None:
    name = a_function(emulator, _PRINTS_BYTES)
    for _ in range(2):
        emulator.client("lambda").invoke(FunctionName=name)

    own = ("START", "END", "REPORT")
    logged = [line for line in lines_of(emulator, name) if not line.startswith(own)]

    assert logged == ["half \ufffd\ufffd\ufffd", "next"] * 2


def test_the_emulator_itself_still_keeps_half_of_a_surrogate_pair(unpatched: Emulator) -> None:
    name = a_function(unpatched, _RAISES_HALF_A_PAIR)
    with pytest.raises(ClientError, match="surrogates not allowed"):
        unpatched.client("lambda").invoke(FunctionName=name)

    with pytest.raises(ClientError, match="surrogates not allowed"):
        lines_of(unpatched, name)


def test_the_emulator_itself_still_logs_nothing_after_bytes_that_are_not_utf_8(
    unpatched: Emulator,
) -> None:
    name = a_function(unpatched, _PRINTS_BYTES)
    unpatched.client("lambda").invoke(FunctionName=name)

    assert "next" not in lines_of(unpatched, name)


def test_the_emulator_itself_still_logs_the_end_of_a_run_later(unpatched: Emulator) -> None:
    assert _printed(unpatched, '{"first": "1", "last": "no end"}') == ["1"]
