"""Each request goes to the side that its stage says; a comparison changes no answer."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.strangler.answers import (
    Answer,
    answer_of_function,
    answer_of_legacy,
    failed,
)
from serverless_runtime.strangler.callers import is_among
from serverless_runtime.strangler.legacy import LegacyError, LegacyTimeoutError, LegacyTooLargeError
from serverless_runtime.strangler.new_side import NewSideError
from serverless_runtime.strangler.router import MAX_WAITING, Route, Router
from tests.lambdas.strangler.api_events import COMPONENT, LIST, an_event, arrived

CUSTOMER = "$request.header.x-customer"
OLD = answer_of_legacy(200, [("content-type", "application/json")], b'{"price": 1}')
NEW = answer_of_function({"statusCode": 200, "body": '{"price":1}'})
OTHER = answer_of_function({"statusCode": 200, "body": '{"price":2}'})
ADDRESS = "$context.identity.sourceIp"


class Sides:
    """An old and a new side, which count, and a router in front of them."""

    def __init__(self, stage: str, *, sticky_by: str = CUSTOMER, seconds: float = 5) -> None:
        self.asked: Counter[str] = Counter()
        self.old: Callable[[], Answer] = lambda: OLD
        self.new: Callable[[], Answer] = lambda: NEW
        self.router = Router(
            COMPONENT,
            {LIST: Route("list-products", stage, sticky_by)},
            stage_of=lambda _: arrived(stage),
            ask_legacy=self._ask_old,
            ask_new=self._ask_new,
            shadow_seconds=seconds,
        )

    def answer(self, customer: str = "c-1", **event: Any) -> Any:
        headers = [("x-customer", customer)] if customer else []
        return self.router.answer(an_event(headers=headers, **event), time.monotonic() + 5)

    def _ask_old(self, request: Any) -> Answer:
        self.asked["old"] += 1
        return self.old()

    def _ask_new(self, function: str, event: Mapping[str, Any], until: float) -> Answer:
        assert function == "list-products"
        self.asked["new"] += 1
        return self.new()


def counted(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    """The metrics that were written, without those that are 0."""
    lines = [line for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    found: Counter[str] = Counter()
    for line in map(json.loads, lines):
        [directive] = line["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == "Strangler"
        assert line["Component"] == COMPONENT
        for metric in directive["Metrics"]:
            found[metric["Name"]] += line[metric["Name"]]
    return dict(+found)


def raising(error: Exception) -> Callable[[], Answer]:
    def ask() -> Answer:
        raise error

    return ask


@pytest.mark.parametrize(
    ("stage", "answer", "asked", "metric"),
    [
        ("legacy", OLD, {"old": 1}, "AnsweredByLegacy"),
        ("new", NEW, {"new": 1}, "AnsweredByNew"),
    ],
)
def test_one_side_is_asked_and_answers(
    stage: str,
    answer: Answer,
    asked: dict[str, int],
    metric: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sides = Sides(stage)

    assert sides.answer() == answer.response
    assert (sides.asked, counted(capsys)) == (asked, {metric: 1})


@pytest.mark.parametrize(
    ("new", "counts"),
    [
        (lambda: NEW, {"Same": 1}),
        (lambda: OTHER, {"Different": 1}),
        (lambda: failed(500, "Internal Server Error"), {"Different": 1}),
        (raising(NewSideError("throttled", failed(503, "x"))), {"NotCompared": 1}),
        (raising(KeyError("a bug")), {"NotCompared": 1}),
    ],
)
def test_in_shadow_the_old_side_answers_whatever_the_new_one_says(
    new: Callable[[], Answer], counts: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    sides = Sides("shadow")
    sides.new = new

    assert sides.answer() == OLD.response
    assert sides.asked == {"old": 1, "new": 1}
    assert counted(capsys) == {"AnsweredByLegacy": 1, **counts}


def test_a_new_side_that_is_late_delays_an_answer_no_longer_than_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sides, end = Sides("shadow", seconds=0.05), threading.Event()
    sides.new = lambda: NEW if end.wait(20) else OTHER

    started = time.monotonic()
    answer = sides.answer()
    seconds = time.monotonic() - started
    end.set()

    assert (answer, counted(capsys)["NotCompared"]) == (OLD.response, 1)
    assert 0.05 <= seconds < 5


def test_no_more_than_so_many_late_answers_are_awaited() -> None:
    sides, end = Sides("shadow", seconds=0.01), threading.Event()
    sides.new = lambda: NEW if end.wait(20) else OTHER

    answers = [sides.answer() for _ in range(MAX_WAITING + 3)]
    asked = sides.asked["new"]
    end.set()

    assert answers == [OLD.response] * (MAX_WAITING + 3)
    assert asked == MAX_WAITING


def test_answers_that_came_are_not_counted_as_late_ones() -> None:
    sides = Sides("shadow")

    for _ in range(3 * MAX_WAITING):
        sides.answer()

    assert sides.asked["new"] == 3 * MAX_WAITING


def test_of_answers_to_head_the_status_is_compared(capsys: pytest.CaptureFixture[str]) -> None:
    sides = Sides("shadow")
    sides.old = lambda: answer_of_legacy(200, [("content-encoding", "br")], b"")

    sides.answer(method="HEAD")

    assert counted(capsys)["Same"] == 1


def test_a_route_that_the_router_does_not_know_is_the_old_systems(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sides = Sides("new")

    assert sides.answer(route_key="GET /just-deployed") == OLD.response
    assert (sides.asked, counted(capsys)) == ({"old": 1}, {"AnsweredByLegacy": 1})


def test_a_request_that_cannot_be_sent_is_the_clients_mistake(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sides = Sides("legacy")
    event = an_event() | {"body": "x", "isBase64Encoded": True}

    assert sides.router.answer(event, time.monotonic() + 5)["statusCode"] == 400
    assert counted(capsys) == {"AnsweredByLegacy": 1}


def test_both_are_asked_at_the_same_time() -> None:
    sides, both = Sides("shadow"), threading.Barrier(2, timeout=20)

    def meet(answer: Answer) -> Answer:
        both.wait()
        return answer

    sides.old, sides.new = (lambda: meet(OLD)), (lambda: meet(NEW))

    assert sides.answer() == OLD.response


@pytest.mark.parametrize("error", [LegacyError("gone"), LegacyTooLargeError("9 MB")])
def test_in_shadow_nobody_waits_for_the_new_side_if_the_old_one_is_down(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    """The new answer comes after the other, or never."""
    sides, end = Sides("shadow", seconds=20), threading.Event()
    sides.old, sides.new = raising(error), (lambda: NEW if end.wait(20) else OTHER)

    answer = sides.answer()
    had_waited = end.is_set() or sides.asked["new"] != 1
    end.set()

    assert answer["statusCode"] in (502, 503)
    assert not had_waited
    counts = counted(capsys)
    assert counts["NotCompared"] == 1
    assert not {"Same", "Different"} & counts.keys()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_what_changes_something_is_never_asked_of_both(method: str) -> None:
    sides = Sides("shadow")

    sides.answer(method=method)

    assert sides.asked == {"old": 1}


@given(st.text("abc123", min_size=1), st.integers(1, 99))
def test_a_caller_stays_on_one_side_and_moves_once_as_the_percentage_grows(
    caller: str, percent: int
) -> None:
    among = [is_among(caller, each, COMPONENT) for each in range(101)]

    assert among == sorted(among)
    assert (among[0], among[100]) == (False, True)
    assert is_among(caller, percent, COMPONENT) == among[percent]


@pytest.mark.parametrize("percent", [1, 20, 50, 99])
def test_as_many_callers_move_as_are_said(percent: int) -> None:
    moved = sum(is_among(f"customer-{number}", percent, COMPONENT) for number in range(10_000))

    assert abs(moved / 100 - percent) <= 1.5


def test_some_callers_move_and_stay(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sides = Sides("20")

    answers = [sides.answer(f"customer-{number}") for number in range(200)]

    moved = answers.count(NEW.response)
    assert abs(moved - 40) <= 15
    assert answers == [sides.answer(f"customer-{number}") for number in range(200)]
    assert counted(capsys) == {"AnsweredByLegacy": 400 - 2 * moved, "AnsweredByNew": 2 * moved}


def test_who_says_nothing_stays_at_the_old_side() -> None:
    sides = Sides("99")

    assert [sides.answer("") for _ in range(50)] == [OLD.response] * 50


@pytest.mark.parametrize(
    ("stage", "silent", "moved"),
    [("legacy", OLD, 0), ("1", OLD, 1), ("99", OLD, 20), ("new", NEW, 20)],
)
def test_who_is_not_recognised_moves_with_the_last(stage: str, silent: Answer, moved: int) -> None:
    sides = Sides(stage)

    assert sides.answer("") == silent.response
    # Of these the first moves at 1, and the last at 87.
    answers = [sides.answer(f"customer-{number}") for number in range(20)]
    assert answers.count(NEW.response) == moved


@pytest.mark.parametrize(
    ("sticky_by", "event"),
    [
        ("$request.querystring.c", {"target": "/products?a=1&c={}&c=2"}),
        ("$request.cookie.session", {"headers": [("cookie", "a=1; session={}; b=2")]}),
        ("$context.authorizer.claims.sub", {"claims": {"sub": "{}"}}),
        ("$request.header.X-Customer", {"headers": [("x-customer", "{}")]}),
    ],
)
def test_a_caller_is_recognised_by_what_the_program_says(
    sticky_by: str, event: dict[str, Any]
) -> None:
    router = Sides("50", sticky_by=sticky_by).router

    for number in range(30):
        filled = json.loads(json.dumps(event).replace("{}", f"c-{number}"))
        answer = router.answer(an_event(**filled), time.monotonic() + 5)
        expected = NEW if is_among(f"c-{number}", 50, COMPONENT) else OLD
        assert answer == expected.response


def test_an_address_is_enough() -> None:
    expected = NEW if is_among("192.0.2.1", 50, COMPONENT) else OLD

    assert Sides("50", sticky_by=ADDRESS).answer() == expected.response


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (LegacyTimeoutError("late"), 504, "Gateway Timeout"),
        (LegacyError("gone"), 503, "Service Unavailable"),
    ],
)
def test_an_old_side_that_does_not_answer_is_told_as_api_gateway_would(
    error: LegacyError, status: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sides = Sides("legacy")
    sides.old = raising(error)

    answer = sides.answer()

    assert (answer["statusCode"], json.loads(answer["body"])) == (status, {"message": message})
    expected = {"AnsweredByLegacy": 1, "ServerErrors": 1, "LegacyUnreachable": 1}
    assert counted(capsys) == expected


def test_an_answer_that_a_function_cannot_return_is_an_error() -> None:
    sides = Sides("legacy")
    sides.old = raising(LegacyTooLargeError("5 MB"))

    assert sides.answer()["statusCode"] == 502


def test_a_new_side_that_does_not_answer_is_not_covered_by_the_old_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sides = Sides("new")
    sides.new = raising(NewSideError("late", failed(504, "Gateway Timeout")))

    assert sides.answer()["statusCode"] == 504
    assert sides.asked == {"new": 1}
    assert counted(capsys) == {"AnsweredByNew": 1, "ServerErrors": 1}
