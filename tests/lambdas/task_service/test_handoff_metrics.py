"""A change that is handed off at once is counted by its type."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.lambdas.http_api import request
from tests.lambdas.recorded_lambda import RecordedLambda


def counted(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    lines = capsys.readouterr().out.splitlines()
    return [json.loads(line) for line in lines if '"_aws"' in line]


def test_an_accepted_event_is_counted_by_its_type_and_names_no_task(
    recorded_lambda: RecordedLambda, capsys: pytest.CaptureFixture[str]
) -> None:
    assert request("POST", "/tasks", {"title": "Buy milk"}).status == 201

    [line] = counted(capsys)
    assert {key: value for key, value in line.items() if key != "_aws"} == {
        "Component": "shop-dev-orders",
        "EventType": "task.created.v1",
        "HandedOff": 1,
    }


def test_an_event_that_lambda_rejected_is_not_counted(
    recorded_lambda: RecordedLambda, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded_lambda.status = 429

    assert request("POST", "/tasks", {"title": "Buy milk"}).status == 201

    assert counted(capsys) == []
