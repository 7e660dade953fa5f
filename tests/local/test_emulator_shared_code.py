"""The workers of a function run what is unpacked once."""

from __future__ import annotations

import json

from local.emulator.start import Emulator
from tests.local.queues_and_topics import a_function

# "exit" ends the worker, so that the next invocation is another's.
_CODE = """
import os

def handle(event, context):
    if event == "exit":
        os._exit(1)
    return [os.getpid(), os.path.realpath(__file__)]
"""


def _worker_and_file(emulator: Emulator, name: str) -> tuple[int, str]:
    response = emulator.client("lambda").invoke(FunctionName=name, Payload=b"{}")
    worker, file = json.loads(response["Payload"].read())
    return worker, file


def test_the_next_worker_of_a_function_has_the_same_files(emulator: Emulator) -> None:
    name = a_function(emulator, _CODE)
    first, file = _worker_and_file(emulator, name)
    emulator.client("lambda").invoke(FunctionName=name, Payload=b'"exit"')

    second, same_file = _worker_and_file(emulator, name)

    assert first != second
    assert file == same_file


def test_a_function_with_other_code_has_other_files(emulator: Emulator) -> None:
    one, other = a_function(emulator, _CODE), a_function(emulator, f"{_CODE}\n# changed\n")

    assert _worker_and_file(emulator, one)[1] != _worker_and_file(emulator, other)[1]


def test_a_worker_leaves_nothing_compiled_to_the_next_one(emulator: Emulator) -> None:
    code = """
import os

def handle(event, context):
    folder = os.path.dirname(os.path.realpath(__file__))
    return [name for _, names, _ in os.walk(folder) for name in names]
"""
    name = a_function(emulator, code)

    response = emulator.client("lambda").invoke(FunctionName=name, Payload=b"{}")

    assert json.loads(response["Payload"].read()) == []
