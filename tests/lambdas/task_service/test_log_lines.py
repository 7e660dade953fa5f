"""What the task service logs: ids that identify all lines of a request, and no text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.lambdas.http_api import request
from tests.lambdas.recorded_lambda import RecordedLambda
from tests.lambdas.shared.test_json_log import bare_root

ID = {"X-Correlation-Id": "order-4711"}


def lines_of(
    capsys: pytest.CaptureFixture[str], *arguments: Any, **named: Any
) -> list[dict[str, Any]]:
    capsys.readouterr()
    with bare_root():
        request(*arguments, headers=ID, **named)
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in printed if "message" in line]


def test_every_line_about_a_change_has_all_three_ids(
    recorded_lambda: RecordedLambda, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = lines_of(capsys, "POST", "/tasks", {"title": "Buy milk"})
    [event] = recorded_lambda.payloads
    path = f"/tasks/{event['subject']}"
    lines += lines_of(capsys, "PUT", path, {"title": "Buy milk", "status": "completed"})
    lines += lines_of(capsys, "DELETE", path)

    assert [line["message"] for line in lines] == 3 * ["handed off", "request completed"]
    event_ids = [event["id"] for event in recorded_lambda.payloads for _ in range(2)]
    assert [line["event_id"] for line in lines] == event_ids
    assert {line["task_id"] for line in lines} == {event["subject"]}
    assert {line["correlation_id"] for line in lines} == {"order-4711"}
    assert "milk" not in json.dumps(lines)


def test_a_repeated_request_is_logged_with_the_task_of_the_first(
    recorded_lambda: RecordedLambda, capsys: pytest.CaptureFixture[str]
) -> None:
    key = {"Idempotency-Key": "k-1"}
    first = request("POST", "/tasks", {"title": "Buy milk"}, headers=key).json
    capsys.readouterr()
    with bare_root():
        request("POST", "/tasks", {"title": "Buy milk"}, headers={**key, **ID})

    [line] = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert (line["task_id"], "event_id" in line) == (first["id"], False)


def test_a_path_that_holds_no_task_id_is_not_logged(
    recorded_lambda: RecordedLambda, capsys: pytest.CaptureFixture[str]
) -> None:
    [line] = lines_of(capsys, "GET", "/tasks/a-title-perhaps")

    assert (line["status"], "task_id" in line) == (404, False)
    assert "perhaps" not in json.dumps(line)
