from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from serverless_runtime.shared import json_log


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
        logging.getLogger("serverless_runtime.x").info("handed off", extra={"event_id": "e-1"})

    line = json.loads(capsys.readouterr().out)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "INFO",
        "message": "handed off",
        "logger": "serverless_runtime.x",
        "requestId": "request-1",
        "event_id": "e-1",
    }


def test_an_exception_is_part_of_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    with bare_root():
        json_log.configure()
        try:
            raise ValueError("no\nsuch thing")
        except ValueError:
            logging.getLogger("serverless_runtime.x").exception("failed")

    line = json.loads(capsys.readouterr().out)
    assert (line["errorType"], line["errorMessage"]) == ("ValueError", "no\nsuch thing")
    assert "raise ValueError" in line["stackTrace"][0]


class UnreadableError(Exception):
    def __str__(self) -> str:
        raise ValueError("no text")


def test_an_error_without_a_readable_text_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    with bare_root():
        json_log.configure()
        try:
            raise UnreadableError
        except UnreadableError as error:
            logging.getLogger("serverless_runtime.x").exception("failed", extra={"was": error})

    line = json.loads(capsys.readouterr().out)
    assert line["errorMessage"] == line["was"] == "(its text could not be read: ValueError)"


def test_configuring_twice_writes_each_line_once(capsys: pytest.CaptureFixture[str]) -> None:
    with bare_root():
        json_log.configure("first")
        json_log.configure("second")
        logging.getLogger("serverless_runtime.x").info("hello")

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


def test_addresses_are_masked_wherever_they_stand(capsys: pytest.CaptureFixture[str]) -> None:
    with bare_root():
        json_log.configure()
        json_log.bind(sender="ann@a.example")
        try:
            try:
                raise KeyError("bob@b.example")
            except KeyError as error:
                raise ValueError("rejected carol@c.example, +447700900123") from error
        except ValueError:
            logging.getLogger("serverless_runtime.x").exception(
                "not sent to %s",
                "dave@d.example",
                extra={"to": [{"eve@e.example": 1}, "f@f.example"]},
            )

    line = json.loads(capsys.readouterr().out)
    assert line["message"] == "not sent to d***@d.example"
    assert line["errorMessage"] == "rejected c***@c.example, +44***123"
    assert line["sender"] == "a***@a.example"
    assert line["to"] == [{"e***@e.example": 1}, "f***@f.example"]
    assert line["errorType"] == "ValueError"
    assert "bob" not in json.dumps(line)


def test_addresses_are_masked_for_the_runtimes_own_formatter() -> None:
    kept: list[logging.LogRecord] = []

    class Runtimes(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(record)

    with bare_root() as root:
        root.addHandler(Runtimes())
        json_log.configure()
        json_log.configure()
        try:
            raise ValueError("rejected carol@c.example")
        except ValueError:
            logging.getLogger("serverless_runtime.x").exception("not sent to %s", "dave@d.example")

    [record] = kept
    assert record.exc_info is not None
    assert record.exc_info[0] is ValueError
    assert (record.getMessage(), str(record.exc_info[1])) == (
        "not sent to d***@d.example",
        "rejected c***@c.example",
    )


def test_bound_ids_are_on_every_line_of_one_invocation(capsys: pytest.CaptureFixture[str]) -> None:
    with bare_root():
        json_log.configure("first")
        json_log.bind(correlation_id="order-4711", event_id="e-1")
        json_log.bind(task_id="t-1")
        logging.getLogger("serverless_runtime.x").info("own id", extra={"event_id": "e-2"})
        json_log.configure("second")
        logging.getLogger("serverless_runtime.x").info("another invocation")

    own, other = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert (own["correlation_id"], own["event_id"], own["task_id"]) == ("order-4711", "e-2", "t-1")
    assert not {"correlation_id", "event_id", "task_id"} & set(other)
