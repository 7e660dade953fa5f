"""A call ends with an answer, or with the class of what went wrong; only safe ones are repeated."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serverless_runtime.circuit_breaker.circuit_breaker import CircuitBreaker
from serverless_runtime.circuit_breaker.errors import CircuitBreakerOpenError
from serverless_runtime.circuit_breaker.rows import DynamoCircuitBreakerStore
from serverless_runtime.circuit_breaker.rules import CircuitBreakerRules
from serverless_runtime.service_calls.client import Deadline, Service
from serverless_runtime.service_calls.entry import Call, Refusal, service_entry
from serverless_runtime.service_calls.envelope import MAX_BYTES
from serverless_runtime.service_calls.errors import (
    FAILED,
    REFUSED,
    FaultError,
    NotCallableError,
    RefusedError,
    ServiceCallError,
    ThrottledError,
    TimedOutError,
    TooLargeError,
    UnreachableError,
    WrongVersionError,
)
from serverless_runtime.service_calls.metrics import REASONS
from serverless_runtime.shared.aws.connections import Response
from serverless_runtime.shared.aws.errors import ConnectError, ResponseError
from tests.lambdas.service_calls.lambda_side import LambdaSide, a_service
from tests.lambdas.tables import CIRCUITS

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(-1e9, 1e9)
    | st.text('aé€"\\'),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("aé"), inner),
    max_leaves=8,
)

THROTTLED = Response(429, {"x-amzn-errortype": "TooManyRequestsException"}, b"{}")
BUSY = Response(503, {}, b"")
DENIED = Response(403, {"x-amzn-errortype": "AccessDeniedException"}, b'{"Message":"no"}')
ABSENT = Response(404, {"x-amzn-errortype": "ResourceNotFoundException"}, b"{}")
LARGE = Response(413, {"x-amzn-errortype": "RequestTooLargeException"}, b"{}")
KILLED = Response(200, {"x-amz-function-error": "Unhandled"}, b'{"errorMessage":"exited"}')
LOST, AWAY = ResponseError("lost"), ConnectError("away")


def echo(call: Call) -> Any:
    return {"got": call.payload}


def refuse(_: Call) -> Any:
    raise Refusal("unknown-title", "no such book")


def fail(_: Call) -> Any:
    raise KeyError("a bug")


WELL = service_entry({"quote": echo, "reserve": echo})


def an_answer(document: object) -> Response:
    return Response(200, {}, json.dumps(document).encode())


def ask(service: Service, operation: str = "quote", payload: Any = None, **named: Any) -> Any:
    named.setdefault("deadline", Deadline.after(10))
    return service.call(operation, payload, **named)


def ends(service: Service, operation: str) -> ServiceCallError:
    with pytest.raises(ServiceCallError) as raised:
        ask(service, operation)
    return raised.value


@given(payload=JSON_VALUES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_a_payload_arrives_and_the_answer_comes_back_as_they_are(
    monkeypatch: pytest.MonkeyPatch, payload: Any
) -> None:
    service = a_service(monkeypatch, LambdaSide(WELL))

    assert ask(service, payload=payload) == {"got": payload}


def test_a_request_says_what_who_and_until_when(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = LambdaSide(WELL)
    service = a_service(monkeypatch, wire, version="3", budget_seconds="1.5")
    now_ms = time.time() * 1000

    with pytest.raises(WrongVersionError, match="has quote, reserve in version 1, got 3"):
        ask(service, payload={"title": "É"}, correlation_id="c-1")

    [sent] = wire.documents
    assert now_ms + 1_400 <= sent.pop("deadline_ms") <= time.time() * 1000 + 1_500
    assert sent == {
        "operation": "quote",
        "version": 3,
        "correlation_id": "c-1",
        "payload": {"title": "É"},
    }


@pytest.mark.parametrize(
    ("line", "error", "may_be_done"),
    [
        (THROTTLED, ThrottledError, False),
        (BUSY, UnreachableError, True),
        (LOST, UnreachableError, True),
        (AWAY, UnreachableError, False),
        (KILLED, FaultError, True),
        (service_entry({"quote": fail, "reserve": fail}), FaultError, True),
        (service_entry({"quote": refuse, "reserve": refuse}), RefusedError, False),
        (service_entry({"quote": echo}, versions=[2, 3]), WrongVersionError, False),
        (service_entry({}), WrongVersionError, False),
        (an_answer({"rejected": {"code": "too-late", "text": "x"}}), TimedOutError, False),
        (an_answer({"rejected": {"code": "too-large", "text": "x"}}), TooLargeError, True),
        (an_answer({"rejected": {"code": "malformed", "text": "x"}}), FaultError, False),
        (an_answer({"statusCode": 200}), FaultError, True),
        (an_answer({"ok": 1, "refused": {}}), FaultError, True),
        (an_answer({"refused": None}), FaultError, True),
        (an_answer(None), FaultError, True),
        (Response(200, {}, b'{"ok":NaN}'), FaultError, True),
        (Response(200, {}, b'{"ok":1,"ok":2}'), FaultError, True),
        (Response(200, {}, b""), FaultError, True),
        (LARGE, TooLargeError, False),
        (DENIED, NotCallableError, False),
        (ABSENT, NotCallableError, False),
    ],
)
def test_each_way_to_end_has_its_class(
    monkeypatch: pytest.MonkeyPatch, line: Any, error: type[Exception], may_be_done: bool
) -> None:
    wire = LambdaSide(line)

    ended = ends(a_service(monkeypatch, wire), "reserve")

    assert type(ended) is error
    assert (ended.service, ended.operation) == ("prices", "reserve")
    assert ended.may_be_done is may_be_done
    assert len(wire.requests) == 1, "an unsafe operation is never repeated"


@pytest.mark.parametrize("line", [THROTTLED, BUSY, LOST, AWAY, KILLED])
def test_a_safe_operation_that_failed_is_tried_once_more(
    monkeypatch: pytest.MonkeyPatch, line: Any
) -> None:
    wire = LambdaSide(line, WELL)
    assert ask(a_service(monkeypatch, wire), payload=1) == {"got": 1}
    assert len({each["correlation_id"] for each in wire.documents}) == 1
    assert len({each["deadline_ms"] for each in wire.documents}) == 1

    wire = LambdaSide(line)
    ends(a_service(monkeypatch, wire), "quote")
    assert len(wire.requests) == 2


@pytest.mark.parametrize("line", [service_entry({"quote": refuse}), DENIED, LARGE])
def test_what_will_be_the_same_is_not_repeated(monkeypatch: pytest.MonkeyPatch, line: Any) -> None:
    wire = LambdaSide(line)

    ends(a_service(monkeypatch, wire), "quote")

    assert len(wire.requests) == 1


def test_without_time_for_it_there_is_no_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = LambdaSide(THROTTLED)
    service = a_service(monkeypatch, wire)

    with pytest.raises(ThrottledError):
        ask(service, seconds=0.04)

    assert len(wire.requests) == 1


def test_a_retry_comes_soon_enough_for_a_call_of_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = LambdaSide(THROTTLED, WELL)

    assert ask(a_service(monkeypatch, wire), payload=1, seconds=1) == {"got": 1}


def test_a_refusal_has_its_code_and_text(monkeypatch: pytest.MonkeyPatch) -> None:
    service = a_service(monkeypatch, LambdaSide(service_entry({"quote": refuse})))

    with pytest.raises(RefusedError, match=r"^prices\.quote: unknown-title: no such b") as raised:
        ask(service)

    assert (raised.value.code, raised.value.text) == ("unknown-title", "no such book")


def test_no_call_is_made_that_the_callers_time_would_not_suffice_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wire = LambdaSide(WELL)
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 20)

    with pytest.raises(TimedOutError, match="no time was left") as raised:
        ask(a_service(monkeypatch, wire), deadline=Deadline.of(context))

    assert raised.value.may_be_done is False
    assert wire.requests == []


@pytest.mark.parametrize(("seconds", "left"), [(9, 9), (0.5, 9), (9, 0.5)])
def test_the_budget_is_the_least_of_the_programs_the_calls_and_what_the_caller_has_left(
    monkeypatch: pytest.MonkeyPatch, seconds: float, left: float
) -> None:
    wire = LambdaSide(WELL)
    before = time.monotonic()

    ask(a_service(monkeypatch, wire), seconds=seconds, deadline=Deadline.after(left))

    until = wire.requests[0].until
    assert until is not None
    assert until - before <= min(seconds, left, 2) + 0.3
    assert wire.documents[0]["deadline_ms"] <= (time.time() + min(seconds, left, 2)) * 1000


@pytest.fixture
def silent_lambda(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An endpoint that accepts connections and never responds."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", f"http://127.0.0.1:{server.getsockname()[1]}")
        yield


@pytest.mark.usefixtures("silent_lambda")
@pytest.mark.parametrize("operation", ["quote", "reserve"])
def test_a_service_that_never_answers_is_given_up_at_the_end_of_the_budget(
    monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    service = a_service(monkeypatch, None, budget_seconds="0.3")
    started = time.monotonic()

    ended = ends(service, operation)

    assert type(ended) is TimedOutError
    assert ended.may_be_done is True
    assert 0.3 <= time.monotonic() - started < 0.3 + 1


def test_a_request_that_lambda_would_not_pass_on_is_not_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wire = LambdaSide(WELL)

    with pytest.raises(TooLargeError, match=f"at most {MAX_BYTES} bytes, got 629"):
        ask(a_service(monkeypatch, wire), payload="x" * MAX_BYTES)

    assert wire.requests == []


@pytest.mark.parametrize("payload", [float("nan"), {1, 2}, "\ud800"])
def test_a_payload_that_is_not_json_is_the_callers_bug(
    monkeypatch: pytest.MonkeyPatch, payload: Any
) -> None:
    wire = LambdaSide(WELL)

    with pytest.raises((ValueError, TypeError)):
        ask(a_service(monkeypatch, wire), payload=payload)

    assert wire.requests == []


def test_an_operation_that_the_program_does_not_declare_is_not_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = a_service(monkeypatch, LambdaSide(WELL))

    with pytest.raises(ValueError, match="operation must be one of quote, reserve, got 'buy'"):
        ask(service, "buy")


def test_a_call_without_an_answer_is_counted_with_its_reason_and_a_refusal_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refusing = service_entry({"reserve": refuse})
    ends(a_service(monkeypatch, LambdaSide(refusing)), "reserve")
    assert capsys.readouterr().out == ""

    ends(a_service(monkeypatch, LambdaSide(THROTTLED)), "reserve")
    metrics = json.loads(capsys.readouterr().out)
    assert (metrics["Component"], metrics["Reason"]) == ("shop-dev-prices", "throttled")
    assert metrics["Unanswered"] == 1


def test_the_dashboard_has_every_reason_that_may_pass() -> None:
    kinds: list[Any] = [*FAILED, *REFUSED]
    assert {each.reason for each in kinds} - {"refused"} == set(REASONS)


@pytest.mark.usefixtures("aws_in_memory")
@pytest.mark.parametrize(
    ("line", "outcome"),
    [(THROTTLED, CircuitBreakerOpenError), (service_entry({"reserve": refuse}), RefusedError)],
)
def test_a_circuit_breaker_opens_for_faults_and_not_for_refusals(
    monkeypatch: pytest.MonkeyPatch, line: Any, outcome: type[Exception]
) -> None:
    wire = LambdaSide(line)
    service = a_service(monkeypatch, wire)
    breaker = CircuitBreaker(
        "prices",
        DynamoCircuitBreakerStore(CIRCUITS),
        rules=CircuitBreakerRules(failures_to_open=2),
        failed=FAILED,
        refused=REFUSED,
    )
    call: Callable[[], Any] = lambda: breaker.call(lambda: ask(service, "reserve"))  # noqa: E731
    for _ in range(2):
        with pytest.raises(ServiceCallError):
            call()

    with pytest.raises(outcome):
        call()


@pytest.mark.parametrize(("jitter", "requests"), [(0.0, 2), (1.0, 2), (38.0, 2), (40.0, 1)])
def test_a_retry_waits_up_to_twice_as_long_and_not_beyond_the_budget(
    monkeypatch: pytest.MonkeyPatch, jitter: float, requests: int
) -> None:
    wire = LambdaSide(THROTTLED)
    slept: list[float] = []
    monkeypatch.setattr("serverless_runtime.service_calls.client.time.sleep", slept.append)
    client = a_service(monkeypatch, wire)._client

    with pytest.raises(ThrottledError):
        ask(Service("prices", client=client, jitter=lambda: jitter))

    assert len(wire.requests) == requests
    assert slept == pytest.approx([0.05 * (1 + jitter)] * (requests - 1))
