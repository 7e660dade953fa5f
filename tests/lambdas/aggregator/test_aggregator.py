"""An answer has what is there when time is up, and says what is missing, and why."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serverless_runtime.aggregator.aggregator import Aggregator, Deadline, RequiredMissingError
from serverless_runtime.aggregator.gather import gather
from serverless_runtime.aggregator.last_answers import LastAnswers
from serverless_runtime.aggregator.settings import aggregator_environment
from serverless_runtime.circuit_breaker.errors import CircuitBreakerOpenError
from serverless_runtime.service_calls.errors import (
    FaultError,
    RefusedError,
    ThrottledError,
    TimedOutError,
)

CALLED = "svc", "op"
ERRORS: Mapping[str, Exception] = {
    "refused": RefusedError(*CALLED, "unknown-title", "no such book"),
    "timed-out": TimedOutError(*CALLED, "late", may_be_done=True),
    "throttled": ThrottledError(*CALLED, "busy", may_be_done=False),
    "fault": FaultError(*CALLED, "down", may_be_done=True),
    "circuit-open": CircuitBreakerOpenError("open"),
    "error": KeyError("a bug"),
}
NAMES = ("price", "stock", "reviews")
BOOK = {"title": "Emma"}
PAYLOADS = dict.fromkeys(NAMES, BOOK)


class Services:
    """Makes a service of any name, which returns its name, or raises."""

    def __init__(self) -> None:
        self.errors: dict[str, Exception] = {}
        self.before: dict[str, Callable[[], object]] = {}
        self.calls: list[tuple[str, str, Any, dict[str, Any]]] = []

    def __call__(self, name: str) -> Any:
        services = self

        class Service:
            def call(self, operation: str, payload: Any, **named: Any) -> str:
                services.calls.append((name, operation, payload, named))
                services.before.get(name, lambda: None)()
                if name in services.errors:
                    raise services.errors[name]
                return name

        return Service()


@pytest.fixture
def services() -> Services:
    return Services()


def an_aggregator(
    monkeypatch: pytest.MonkeyPatch,
    services: Services,
    *,
    required: tuple[str, ...] = (),
    cache_seconds: int = 0,
    seconds: float = 5,
    **named: Any,
) -> Aggregator:
    branches = {
        name: {
            "service": name,
            "operation": "ask",
            "required": name in required,
            "seconds": seconds,
            "cache_seconds": cache_seconds,
        }
        for name in NAMES
    }
    environment = aggregator_environment(
        "page",
        component="shop-dev-page",
        branches=json.dumps(branches),
        deadline_seconds=str(seconds),
        circuit_breakers="1" if "breaker" in named else "",
    )
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Aggregator("page", services=services, **named)


def asked(page: Aggregator) -> Any:
    return page.ask(PAYLOADS, deadline=Deadline.after(10), correlation_id="c-1")


PLANS = st.fixed_dictionaries({name: st.sampled_from([None, *ERRORS]) for name in NAMES})


@given(plan=PLANS, required=st.sets(st.sampled_from(NAMES)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_an_answer_is_complete_if_and_only_if_all_were_well_and_lacks_what_was_not(
    monkeypatch: pytest.MonkeyPatch, plan: dict[str, str | None], required: set[str]
) -> None:
    services = Services()
    services.errors = {name: ERRORS[reason] for name, reason in plan.items() if reason}
    page = an_aggregator(monkeypatch, services, required=tuple(required))
    reasons = {name: reason for name, reason in plan.items() if reason}

    if required & set(reasons):
        with pytest.raises(RequiredMissingError) as raised:
            asked(page)
        found = {each.branch: each.reason for each in raised.value.missing}
        assert found == {name: reason for name, reason in reasons.items() if name in required}
        return
    answer = asked(page)
    assert answer.complete is not bool(reasons)
    assert {each.branch: each.reason for each in answer.missing} == reasons
    assert answer.data == {name: name for name in NAMES if name not in reasons}


def test_a_refusal_keeps_its_code(monkeypatch: pytest.MonkeyPatch, services: Services) -> None:
    services.errors = {"price": ERRORS["refused"]}

    with pytest.raises(RequiredMissingError, match=r"no answer without price \(unknown-title\)"):
        asked(an_aggregator(monkeypatch, services, required=("price",)))
    [missing] = asked(an_aggregator(monkeypatch, services)).missing

    assert (missing.reason, missing.code) == ("refused", "unknown-title")


def test_each_branch_gets_the_same_deadline_and_correlation_id(
    monkeypatch: pytest.MonkeyPatch, services: Services
) -> None:
    asked(an_aggregator(monkeypatch, services, seconds=3))

    assert sorted(name for name, *_ in services.calls) == sorted(NAMES)
    [deadline] = {named["deadline"] for *_, named in services.calls}
    assert 2 < deadline.seconds_left() <= 3
    assert {named["correlation_id"] for *_, named in services.calls} == {"c-1"}
    assert {(operation, payload["title"]) for _, operation, payload, _ in services.calls} == {
        ("ask", "Emma")
    }


def test_all_are_asked_at_the_same_time(
    monkeypatch: pytest.MonkeyPatch, services: Services
) -> None:
    together = threading.Barrier(len(NAMES))
    services.before = {name: lambda: together.wait(5) for name in NAMES}

    assert asked(an_aggregator(monkeypatch, services)).complete


@pytest.fixture
def held(services: Services) -> Iterator[threading.Event]:
    """A branch that answers only after the test."""
    released = threading.Event()
    services.before = {"reviews": lambda: released.wait(30)}
    yield released
    released.set()


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize("late", ["program", "caller"])
def test_an_answer_comes_at_the_deadline_although_a_branch_ignores_it(
    monkeypatch: pytest.MonkeyPatch, services: Services, late: str
) -> None:
    page = an_aggregator(monkeypatch, services, seconds=0.3 if late == "program" else 5)
    deadline = Deadline.after(30 if late == "program" else 0.35)
    started = time.monotonic()

    answer = page.ask(PAYLOADS, deadline=deadline)

    assert 0.25 <= time.monotonic() - started < 5
    assert [(each.branch, each.reason) for each in answer.missing] == [("reviews", "timed-out")]
    assert answer.data == {"price": "price", "stock": "stock"}


def test_what_comes_too_late_does_not_change_an_answer() -> None:
    released, done = threading.Event(), threading.Event()

    def late() -> str:
        released.wait(30)
        done.set()
        return "late"

    found = gather({"late": late, "soon": lambda: "soon"}, Deadline.after(0.1))
    released.set()
    assert done.wait(5)

    assert set(found) == {"soon"}


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_answer_from_before_stands_in_until_it_is_too_old(
    monkeypatch: pytest.MonkeyPatch, services: Services
) -> None:
    clock = Clock()
    page = an_aggregator(
        monkeypatch,
        services,
        required=("price",),
        cache_seconds=30,
        last_answers=LastAnswers(clock=clock),
    )
    asked(page)
    services.errors = {"price": ERRORS["fault"]}
    clock.now = 30

    answer = asked(page)
    assert (answer.data["price"], answer.stale) == ("price", {"price": 30})
    assert answer.complete is False
    assert [each.reason for each in answer.missing] == ["fault"]

    clock.now = 30.1
    with pytest.raises(RequiredMissingError):
        asked(page)


def test_an_answer_is_not_that_to_another_question_and_the_oldest_makes_room() -> None:
    kept = LastAnswers(max_kept=2)
    for title in ("a", "b"):
        kept.keep("price", title.encode(), title)
    assert kept.find("stock", b"a", 60) is None
    assert kept.find("price", b"a", 60)

    kept.keep("price", b"c", "c")

    assert kept.find("price", b"b", 60) is None
    assert [(found or (0, None))[1] for found in (kept.find("price", b"a", 60),)] == ["a"]


def test_each_service_is_asked_through_its_circuit_breaker(
    monkeypatch: pytest.MonkeyPatch, services: Services
) -> None:
    class Breaker:
        def __init__(self, name: str) -> None:
            self.name = name

        def call(self, fn: Callable[[], Any]) -> Any:
            if self.name == "stock":
                raise CircuitBreakerOpenError("open")
            return fn()

    answer = asked(an_aggregator(monkeypatch, services, breaker=Breaker))

    assert [(each.branch, each.reason) for each in answer.missing] == [("stock", "circuit-open")]
    assert "stock" not in {name for name, *_ in services.calls}


def test_answers_and_missing_branches_are_counted(
    monkeypatch: pytest.MonkeyPatch, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    services.errors = {"stock": ERRORS["fault"]}
    asked(an_aggregator(monkeypatch, services))

    answers, missing = map(json.loads, capsys.readouterr().out.splitlines())
    assert (answers["Answers"], answers["Incomplete"], answers["WithoutRequired"]) == (1, 1, 0)
    assert (missing["Branch"], missing["BranchMissing"]) == ("stock", 1)


def test_a_payload_is_needed_for_each_branch(
    monkeypatch: pytest.MonkeyPatch, services: Services
) -> None:
    page = an_aggregator(monkeypatch, services)

    with pytest.raises(ValueError, match="must be of price, stock, reviews, got price, tax"):
        page.ask({"price": 1, "tax": 2}, deadline=Deadline.after(1))

    assert services.calls == []
