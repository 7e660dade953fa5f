"""What an argument of a call decides, and no result shows: consistent reads, causes, sums."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from pulumi_serverless.testing import queue_event
from serverless_runtime.circuit_breaker.circuit_breaker import CallFailedError, CircuitBreaker
from serverless_runtime.circuit_breaker.rows import CircuitBreakerState
from serverless_runtime.circuit_breaker.rules import CircuitBreakerRules
from serverless_runtime.fifo_consumer.parked_groups import ParkedGroups
from serverless_runtime.gatekeeper.decision import Gatekeeper
from serverless_runtime.gatekeeper.key_rows import KeyRows
from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.relay import handler as relay
from serverless_runtime.handoff.relay.attempts import Attempts
from serverless_runtime.handoff.relay.ports import Claim, WaitingRow
from serverless_runtime.queue_consumer import each_message
from serverless_runtime.service_calls.deadline import Deadline
from serverless_runtime.service_calls.errors import ServiceCallError
from serverless_runtime.shared import aws
from serverless_runtime.shared.metrics import Counter
from serverless_runtime.strangler import new_side
from serverless_runtime.strangler.requests import BadRequestError
from serverless_runtime.strangler.router import Router
from serverless_runtime.task_service.dynamo_task_reader import DynamoTaskReader
from tests.lambdas.queue_consumer.fake_queue import FakeQueue
from tests.lambdas.service_calls.lambda_side import LambdaSide, a_service
from tests.lambdas.service_calls.test_calls import THROTTLED
from tests.lambdas.strangler.api_events import COMPONENT, an_event

READS: list[Callable[[Any], object]] = [
    lambda client: ParkedGroups("t", client).waiting("g"),
    lambda client: KeyRows(client, "t").find("k"),
    lambda client: DynamoTaskReader("t", client).get("019501d2-7c00-7a51-8f3e-52a1c0d9e7b4"),
]


@pytest.mark.parametrize("read", READS, ids=["parked groups", "keys", "tasks"])
def test_what_was_just_written_is_read(read: Callable[[Any], object]) -> None:
    asked: list[dict[str, Any]] = []

    class Table:
        def get_item(self, **arguments: Any) -> dict[str, Any]:
            asked.append(arguments)
            return {}

    read(Table())

    assert [each["ConsistentRead"] for each in asked] == [True]


class Broken:
    """Whatever is asked of it fails."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def fail(*_: object, **__: object) -> Any:
            raise ConnectionError(f"no {name}")

        return fail


def a_failing_message(_: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise ValueError

    each_message(fail, queue=lambda _: FakeQueue(broken=True))(queue_event("x"), None)


def an_uncounted_queue(_: pytest.MonkeyPatch) -> None:
    assert relay.dead_letter_depth("https://sqs/1/q", Broken()) is None


def a_run_that_does_not_start(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(aws.client("lambda"), "transport", Broken())
    assert not relay._has_started_run("0", SimpleNamespace(invoked_function_arn="arn"))


def a_row_that_stays(_: pytest.MonkeyPatch) -> None:
    broken: Any = Broken()
    attempts = Attempts(broken, broken, broken, has_time=lambda: True, clock=time.time)
    event = Event(event_id="e", correlation_id="c", payload=b"1")
    attempts._removable = [Claim(WaitingRow("0", "c", "e", 0, 0, 0), event)]
    attempts.finish()


def a_bad_request(_: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> Any:
        raise BadRequestError("x")

    silent: Any = None
    router = Router(
        COMPONENT,
        {},
        stage_of=lambda _: "legacy",
        ask_legacy=refuse,
        ask_new=silent,
        shadow_seconds=1,
    )
    assert router.answer(an_event(), 0)["statusCode"] == 400


def an_answer_that_is_none(_: pytest.MonkeyPatch) -> None:
    body = SimpleNamespace(read=lambda: b"{")
    lambda_side = SimpleNamespace(invoke=lambda **_: {"Payload": body})
    assert new_side.answer_of_new("f", an_event(), 0, lambda_side).status == 500


@pytest.mark.parametrize(
    ("what", "messages"),
    [
        (
            a_failing_message,
            ["last attempts are not recognised", "message failed", "visibility not changed"],
        ),
        (an_uncounted_queue, ["dead letters not counted"]),
        (a_run_that_does_not_start, ["no run started for a shard"]),
        (a_row_that_stays, ["outbox row not deleted"]),
        (a_bad_request, ["the request cannot be sent to the old system"]),
        (an_answer_that_is_none, ["the new side's answer is none"]),
    ],
)
def test_what_goes_on_after_an_error_logs_its_cause(
    what: Callable[[pytest.MonkeyPatch], None],
    messages: list[str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    what(monkeypatch)

    logged = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert sorted(each.getMessage() for each in logged) == messages
    assert all(each.exc_info and each.exc_info[0] is not None for each in logged)


def a_circuit_opens(_: pytest.MonkeyPatch) -> None:
    class Store:
        def read(self, _: str) -> CircuitBreakerState:
            return CircuitBreakerState()

        def count_failure(self, *_: object) -> CircuitBreakerState:
            return CircuitBreakerState(failures=5)

        def open(self, _: str, owner: str, **__: object) -> CircuitBreakerState:
            return CircuitBreakerState(status="OPEN", changed_by=owner)

    def fail() -> None:
        raise CallFailedError("down")

    store: Any = Store()
    breaker = CircuitBreaker(
        "email", store, rules=CircuitBreakerRules(), metrics=Counter("CircuitBreaker", "c")
    )
    with pytest.raises(CallFailedError):
        breaker.call(fail)


def a_caller_is_refused(_: pytest.MonkeyPatch) -> None:
    rows: Any = Broken()
    gatekeeper = Gatekeeper(rows, rights={}, key_prefix="k", counter=Counter("Gatekeeper", "c"))
    event = {"identitySource": ["Bearer x"], "routeKey": "GET /a"}
    assert gatekeeper.decide(event) == {"isAuthorized": False}


def a_service_does_not_answer(patch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ServiceCallError):
        a_service(patch, LambdaSide(THROTTLED)).call("reserve", deadline=Deadline.after(5))


@pytest.mark.parametrize(
    ("what", "name", "dimension"),
    [
        (a_circuit_opens, "Opened", "Circuit"),
        (a_caller_is_refused, "Refused", "Reason"),
        (a_service_does_not_answer, "Unanswered", "Reason"),
    ],
)
def test_what_an_alarm_watches_is_also_counted_over_the_component(
    what: Callable[[pytest.MonkeyPatch], None],
    name: str,
    dimension: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    what(monkeypatch)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    [line] = [each for each in lines if name in each]
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert line[name] == 1
    assert directive["Dimensions"] == [["Component", dimension], ["Component"]]
