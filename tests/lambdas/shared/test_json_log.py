from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lambdas.shared import json_log


# Not a fixture: pytest adds its own handlers to the root logger after fixtures are set up.
@contextmanager
def bare_root() -> Iterator[logging.Logger]:
    """The root logger as in a process that nobody has configured."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_line_is_json_with_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    with bare_root():
        json_log.configure("request-1")
        logging.getLogger("lambdas.x").info("handed off", extra={"event_id": "e-1"})

    line = json.loads(capsys.readouterr().out)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "INFO",
        "message": "handed off",
        "logger": "lambdas.x",
        "requestId": "request-1",
        "event_id": "e-1",
    }


def test_an_exception_is_part_of_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    with bare_root():
        json_log.configure()
        try:
            raise ValueError("no\nsuch thing")
        except ValueError:
            logging.getLogger("lambdas.x").exception("failed")

    line = json.loads(capsys.readouterr().out)
    assert (line["errorType"], line["errorMessage"]) == ("ValueError", "no\nsuch thing")
    assert "raise ValueError" in line["stackTrace"][0]


def test_configuring_twice_writes_each_line_once(capsys: pytest.CaptureFixture[str]) -> None:
    with bare_root():
        json_log.configure("first")
        json_log.configure("second")
        logging.getLogger("lambdas.x").info("hello")

    lines = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert [line["requestId"] for line in lines] == ["second"]


def test_the_runtimes_own_handler_is_left_alone() -> None:
    runtimes = logging.NullHandler()

    with bare_root() as root:
        root.addHandler(runtimes)
        json_log.configure("request-1")
        assert root.handlers == [runtimes]


def test_the_sdk_does_not_log_bodies_even_at_debug(capsys: pytest.CaptureFixture[str]) -> None:
    with bare_root() as root:
        json_log.configure()
        root.setLevel(logging.DEBUG)
        logging.getLogger("botocore.endpoint").debug("Making request with params: secret")

    assert capsys.readouterr().out == ""
