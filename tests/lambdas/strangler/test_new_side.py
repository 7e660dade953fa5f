"""The new system gets the event of the API; what it answers is read as API Gateway reads it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.shared.aws.errors import AwsCallError, ResponseTimeoutError
from serverless_runtime.strangler import new_side
from serverless_runtime.strangler.new_side import NewSideError
from tests.lambdas.strangler.api_events import an_event


class Functions:
    """Stands in for the Lambda client."""

    def __init__(self, outcome: Any) -> None:
        self.outcome = outcome
        self.events: list[Any] = []
        self.sent = 0

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        self.sent = len(Payload)
        self.events.append((FunctionName, json.loads(Payload)))
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return dict(self.outcome)


def payload(text: str, **members: str) -> dict[str, Any]:
    return {"Payload": _Body(text.encode()), **members}


class _Body:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self) -> bytes:
        return self._data


def test_a_function_gets_the_event_of_the_api_and_its_answer_is_passed_on() -> None:
    returned = {"statusCode": 201, "cookies": ["a=1"], "headers": {"X-A": "b"}, "body": "ok"}
    functions = Functions(payload(json.dumps(returned)))

    answer = new_side.answer_of_new("f", an_event(), 0, functions)

    assert functions.events == [("f", an_event())]
    assert answer.response == returned
    assert (answer.status, answer.body, answer.headers) == (201, b"ok", {"x-a": "b"})


@pytest.mark.parametrize(
    "response",
    [
        payload('{"errorType": "KeyError"}', FunctionError="Unhandled"),
        payload("not JSON"),
        payload('{"statusCode": "x"}'),
        payload('{"statusCode": 200, "headers": ["a"]}'),
        payload('{"statusCode": 1e999}'),
        payload("[" * 100_000),
        payload('{"statusCode": 200, "body": ' + '{"a":' * 100_000 + "}"),
        payload("\xff"),
        payload("[NaN]"),
    ],
)
def test_a_function_that_fails_is_what_api_gateway_answers(response: dict[str, Any]) -> None:
    assert new_side.answer_of_new("f", {}, 0, Functions(response)).status == 500


@given(st.text())
def test_an_event_is_sent_in_as_many_bytes_as_its_text_has(text: str) -> None:
    functions = Functions(payload('{"statusCode": 200}'))
    event = {"body": "ж" * 1_000 + text}

    new_side.answer_of_new("f", event, 0, functions)

    assert functions.events == [("f", event)]
    assert functions.sent <= len(json.dumps(event, ensure_ascii=False).encode())


def test_half_of_a_pair_of_surrogates_arrives() -> None:
    functions = Functions(payload('{"statusCode": 200}'))

    new_side.answer_of_new("f", {"body": "\ud800"}, 0, functions)

    assert functions.events == [("f", {"body": "\ud800"})]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ResponseTimeoutError("late"), 504),
        (AwsCallError("gone"), 503),
    ],
)
def test_a_function_that_cannot_be_asked_says_nothing(error: Exception, status: int) -> None:
    with pytest.raises(NewSideError) as raised:
        new_side.answer_of_new("f", {}, 0, Functions(error))

    assert raised.value.answer.status == status
