"""A service answers what it knows, in time, in JSON that Lambda passes on; the rest is a fault."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serverless_runtime.service_calls.entry import Call, service_entry
from serverless_runtime.service_calls.envelope import MAX_BYTES

CONTEXT = SimpleNamespace(aws_request_id="1")


def a_request(**changed: Any) -> dict[str, Any]:
    request = {
        "operation": "quote",
        "version": 1,
        "correlation_id": "c-1",
        "deadline_ms": int(time.time() * 1000) + 60_000,
        "payload": {"title": "Emma"},
    }
    return {**request, **changed}


def test_an_operation_learns_who_asks_and_until_when() -> None:
    called = list[Call]()
    handle = service_entry({"quote": called.append}, versions=(1, 2))
    request = a_request(version=2)

    assert handle(request, CONTEXT) == {"ok": None}

    [call] = called
    assert (call.payload, call.correlation_id, call.version) == ({"title": "Emma"}, "c-1", 2)
    assert call.deadline.at_ms == request["deadline_ms"]
    assert 50 < call.deadline.seconds_left() <= 60


def test_a_request_that_arrives_after_its_deadline_is_not_begun() -> None:
    called = list[Call]()

    answer = service_entry({"quote": called.append})(a_request(deadline_ms=1), CONTEXT)

    assert answer["rejected"]["code"] == "too-late"
    assert called == []


@given(
    event=st.one_of(
        st.none(),
        st.lists(st.integers()),
        st.sampled_from(sorted(a_request())).map(
            lambda name: {key: value for key, value in a_request().items() if key != name}
        ),
        st.tuples(
            st.sampled_from(["operation", "version", "correlation_id", "deadline_ms"]),
            st.one_of(st.none(), st.booleans(), st.floats(), st.lists(st.integers())),
        ).map(lambda pair: a_request(**dict([pair]))),
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_no_request_is_rejected_and_nothing_is_done(event: Any) -> None:
    called = list[Call]()

    answer = service_entry({"quote": called.append})(event, CONTEXT)

    assert answer["rejected"]["code"] == "malformed"
    assert called == []


def test_an_answer_that_lambda_would_not_pass_on_is_said_to_be_too_large() -> None:
    fitting = "x" * (MAX_BYTES - len('{"ok":""}'))
    assert service_entry({"quote": lambda _: fitting})(a_request(), CONTEXT) == {"ok": fitting}

    answer = service_entry({"quote": lambda _: f"{fitting}x"})(a_request(), CONTEXT)
    assert answer["rejected"]["code"] == "too-large"
    assert f"at most {MAX_BYTES} bytes, got {MAX_BYTES + 1}" in answer["rejected"]["text"]


@pytest.mark.parametrize("answer", [float("inf"), {1, 2}, object()])
def test_an_answer_that_is_not_json_is_a_fault(answer: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        service_entry({"quote": lambda _: answer})(a_request(), CONTEXT)


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (None, "a request must be an object, got NoneType"),
        ({}, "a request must have operation, version, correlation_id, deadline_ms, payload; "
         "it has no operation"),
        (a_request(operation=7), "operation must be str, got int"),
        (a_request(version=True), "version must be int, got bool"),
        (a_request(correlation_id=None), "correlation_id must be str, got NoneType"),
        (a_request(deadline_ms=1.0), "deadline_ms must be int, got float"),
    ],
)  # fmt: skip
def test_what_is_no_request_is_told_what_is_missing(event: Any, text: str) -> None:
    answer = service_entry({"quote": lambda _: 1})(event, CONTEXT)

    assert answer == {"rejected": {"code": "malformed", "text": text}}


@pytest.mark.parametrize(("late_ms", "code"), [(-1, None), (0, "too-late"), (1, "too-late")])
def test_a_request_is_begun_up_to_its_deadline(late_ms: int, code: str | None) -> None:
    handle = service_entry({"quote": lambda _: 1}, clock=lambda: 1_000 + late_ms / 1_000)

    answer = handle(a_request(deadline_ms=1_000_000), CONTEXT)

    if code is None:
        assert answer == {"ok": 1}
    else:
        text = "the deadline had passed before it began"
        assert answer == {"rejected": {"code": code, "text": text}}


def test_an_unknown_operation_or_version_is_told_which_there_are() -> None:
    handle = service_entry({"quote": lambda _: 1, "ask": lambda _: 1}, versions=(1, 3))

    for changed in ({"operation": "buy"}, {"version": 2}):
        got = changed.get("version", 1)
        text = f"the service has ask, quote in version 1, 3, got {got}"
        expected = {"rejected": {"code": "wrong-version", "text": text}}
        assert handle(a_request(**changed), CONTEXT) == expected
