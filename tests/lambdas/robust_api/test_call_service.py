"""A route that calls a service: its answer, or why there is none."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from serverless_runtime.circuit_breaker.circuit_breaker import of_this_instance
from serverless_runtime.circuit_breaker.settings.environment import circuit_breaker_environment
from serverless_runtime.robust_api.handlers import call_service
from serverless_runtime.robust_api.settings import PREFIX, REFUSALS, CallServiceSettings
from serverless_runtime.service_calls import client
from serverless_runtime.service_calls.entry import Call, Refusal, service_entry
from serverless_runtime.service_calls.settings import service_environment
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.connections import Request, Response
from serverless_runtime.shared.aws.errors import ConnectError, ResponseTimeoutError
from serverless_runtime.shared.environment import environment_for
from tests.lambdas.robust_api.routed import Answer, ask
from tests.lambdas.service_calls.lambda_side import ARN, LambdaSide, Line
from tests.lambdas.tables import CIRCUITS

QUOTE = "GET /quotes/{productId}"
RESERVE = "POST /reservations/{productId}"
Played = Callable[..., LambdaSide]


class TooSlow:
    """Loses the answer once the caller's time is over."""

    def send(self, request: Request) -> Response:
        until = time.monotonic() + 0.3
        while time.monotonic() < until:
            pass
        raise ResponseTimeoutError("lost")


def echo(call: Call) -> Any:
    return call.payload


def refuse(call: Call) -> Any:
    raise Refusal(call.payload["code"], "not today")


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Iterator[Played]:
    """Plays the service `prices`, which is behind the route."""

    def play(*lines: Line, operation: str = "quote", breaker: bool = False) -> LambdaSide:
        service = service_environment(
            "prices", function_arn=ARN, component="c", safe="quote", unsafe="reserve"
        )
        route = environment_for(
            CallServiceSettings,
            prefix=PREFIX,
            service="prices",
            operation=operation,
            **({"circuit_breaker": "1"} if breaker else {}),
            refusals=json.dumps({"unknown": 404, **{str(each): each for each in REFUSALS}}),
        )
        circuits = circuit_breaker_environment(
            table_name=CIRCUITS, component="shop", circuits="prices", failures_to_open="2"
        )
        for name, value in {**service, **route, **circuits}.items():
            monkeypatch.setenv(name, value)
        side = LambdaSide(*lines)
        monkeypatch.setattr(aws.client("lambda"), "transport", side)
        return side

    caches = (call_service._settings, client._of_this_instance, of_this_instance)
    for each in caches:
        each.cache_clear()
    yield play
    for each in caches:
        each.cache_clear()


def quote(**request: Any) -> Answer:
    return ask(call_service.handle, QUOTE, **{"path": {"productId": "tea"}, **request})


def test_the_answer_of_the_service_is_the_response(played: Played) -> None:
    played(service_entry({"quote": lambda _: {"cents": 810}}))

    answer = quote()

    assert (answer.status, answer.body) == (200, {"cents": 810})


@pytest.mark.parametrize(
    ("request_parts", "payload"),
    [
        ({}, {"productId": "tea"}),
        ({"query": {"count": "2"}}, {"productId": "tea", "count": "2"}),
        ({"query": {"productId": "pot"}}, {"productId": "tea"}),
        ({"body": b'{"productId": "pot", "n": [1.50]}'}, {"productId": "tea", "n": [1.5]}),
        ({"body": b'{"n": 1}', "query": {"n": "2"}}, {"productId": "tea", "n": 1}),
    ],
)
def test_what_the_path_says_counts_whatever_else_has_the_name(
    played: Played, request_parts: Mapping[str, Any], payload: Mapping[str, Any]
) -> None:
    played(service_entry({"quote": echo}))

    assert quote(**request_parts).body == payload


def test_an_answer_that_is_no_object_gets_a_name(played: Played) -> None:
    played(service_entry({"quote": lambda _: 810}))

    assert quote().body == {"answer": 810}


@pytest.mark.parametrize(("code", "status"), [("unknown", 404), ("sold-out", 422)])
def test_a_refusal_has_the_status_of_the_program(played: Played, code: str, status: int) -> None:
    played(service_entry({"quote": refuse}))

    answer = quote(query={"code": code})

    assert (answer.status, answer.body["detail"]) == (status, f"{code}: not today")
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("status", REFUSALS)
def test_a_program_may_choose_each_status_that_the_component_takes(
    played: Played, status: int
) -> None:
    played(service_entry({"quote": refuse}))

    answer = quote(query={"code": str(status)})

    assert (answer.status, answer.body["status"]) == (status, status)


NO_FUNCTION = Response(404, {"x-amzn-errortype": "ResourceNotFoundException"}, b"{}")
FAILED = Response(200, {"x-amz-function-error": "Unhandled"}, b"{}")


@pytest.mark.parametrize(
    ("line", "status", "reason", "done"),
    [
        (Response(429, {}, b"{}"), 503, "throttled", False),
        (ConnectError("no route"), 502, "unreachable", False),
        (ResponseTimeoutError("lost"), 502, "unreachable", True),
        (FAILED, 502, "fault", True),
        (NO_FUNCTION, 502, "not-callable", False),
    ],
)
@pytest.mark.parametrize("operation", ["quote", "reserve"])
def test_each_way_to_have_no_answer_has_its_status(
    played: Played, *, line: Any, status: int, reason: str, done: bool, operation: str
) -> None:
    played(line, operation=operation)

    answer = ask(call_service.handle, RESERVE, path={"productId": "tea"})

    assert answer.status == status
    assert answer.body["detail"].startswith(f"prices has not answered: {reason}")
    assert ("Retry-After" in answer.headers) is (status == 503)
    assert ("may have been done" in answer.body["detail"]) is done


@pytest.mark.parametrize("body", [b"[]", b"1", b"{", b'{"a": 1, "a": 2}'])
def test_a_body_that_has_no_fields_is_refused_and_nobody_is_asked(
    played: Played, body: bytes
) -> None:
    side = played(service_entry({"quote": echo}))

    assert quote(body=body).status == 400
    assert side.requests == []


def test_the_service_learns_when_the_client_stops_waiting_and_who_asks(played: Played) -> None:
    side = played(service_entry({"quote": echo}))

    quote(headers={"x-correlation-id": "shop-1"}, seconds=1)

    [sent] = side.documents
    assert sent["correlation_id"] == "shop-1"
    assert sent["deadline_ms"] / 1_000 - time.time() <= 1
    assert json.dumps(sent["payload"]) == '{"productId": "tea"}'


def test_a_caller_without_time_is_told_so_and_the_service_not_asked(played: Played) -> None:
    side = played(service_entry({"quote": echo}))

    answer = quote(seconds=0.01)

    assert (answer.status, answer.headers["Retry-After"]) == (504, "1")
    assert side.requests == []


@pytest.mark.parametrize(("route_key", "repeatable"), [(QUOTE, True), (RESERVE, False)])
def test_a_client_is_not_told_to_repeat_what_may_have_been_done(
    played: Played, monkeypatch: pytest.MonkeyPatch, route_key: str, repeatable: bool
) -> None:
    played(FAILED, operation="reserve")
    monkeypatch.setattr(aws.client("lambda"), "transport", TooSlow())

    answer = ask(call_service.handle, route_key, path={"productId": "tea"}, seconds=0.35)

    assert answer.status == 504
    assert ("Retry-After" in answer.headers) is repeatable
    assert ("may have been done" in answer.body["detail"]) is not repeatable


def test_a_service_that_failed_too_often_is_not_asked_and_a_refusal_is_no_failure(
    played: Played, aws_in_memory: None
) -> None:
    side = played(*3 * [service_entry({"quote": refuse})], FAILED, breaker=True)
    refused = [quote(query={"code": "unknown"}).status for _ in range(3)]

    failed = [quote().status for _ in range(2)]
    asked = len(side.requests)
    answer = quote()

    assert (refused, failed) == ([404] * 3, [502] * 2)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert answer.body["detail"] == "prices is down, and has not been asked"
    assert len(side.requests) == asked


def test_a_request_that_is_too_large_for_lambda_is_the_clients(played: Played) -> None:
    played(Response(413, {}, b"{}"))

    assert quote().status == 413


def test_the_service_is_told_who_calls_whatever_the_client_says(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROUTE_FIELDS", '{"customer": "$context.authorizer.customer"}')
    side = played(service_entry({"quote": echo}))

    who = {"lambda": {"customer": "c-1"}}
    answer = quote(query={"customer": "c-2"}, body=b'{"customer": "c-3"}', authorizer=who)

    assert answer.body == {"productId": "tea", "customer": "c-1"}
    assert quote().status == 403
    assert len(side.requests) == 1
