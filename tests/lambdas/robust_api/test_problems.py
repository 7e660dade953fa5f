"""Each way to have no answer is a problem document: a status, a text, and when to come back."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from serverless_runtime.robust_api.handlers import hand_off
from serverless_runtime.robust_api.handlers.call_service import _problem
from serverless_runtime.service_calls import errors
from serverless_runtime.web.http.request import Request

KINDS: list[tuple[type[errors.ServiceCallError], int, dict[str, str]]] = [
    (errors.TimedOutError, 504, {"Retry-After": "1"}),
    (errors.ThrottledError, 503, {"Retry-After": "1"}),
    (errors.TooLargeError, 413, {}),
    (errors.UnreachableError, 502, {}),
    (errors.FaultError, 502, {}),
    (errors.WrongVersionError, 502, {}),
    (errors.NotCallableError, 502, {}),
]


@pytest.mark.parametrize(("kind", "status", "headers"), KINDS)
@pytest.mark.parametrize("may_be_done", [True, False])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"])
def test_a_call_without_an_answer_is_a_problem_of_its_status(
    kind: type[errors.ServiceCallError],
    status: int,
    headers: dict[str, str],
    *,
    may_be_done: bool,
    method: str,
) -> None:
    error = kind("prices", "quote", "text", may_be_done=may_be_done)

    problem = _problem(a_request(None, method=method), error)

    text = f"prices has not answered: {kind.reason}"
    if may_be_done and method not in ("GET", "HEAD", "OPTIONS"):
        # Nobody is told to repeat it.
        text, headers = f"{text}; what was asked for may have been done", {}
    assert (problem.status, problem.detail, problem.headers) == (status, text, headers)


def test_the_text_of_an_error_says_whom_and_what_was_asked() -> None:
    error = errors.FaultError("prices", "quote", "it failed", may_be_done=True)
    refusal = errors.RefusedError("prices", "quote", "unknown", "no such title")

    assert str(error) == "prices.quote: it failed"
    assert (error.service, error.operation, error.may_be_done) == ("prices", "quote", True)
    assert str(refusal) == "prices.quote: unknown: no such title"
    assert (refusal.code, refusal.text, refusal.may_be_done) == ("unknown", "no such title", False)
    kinds: list[Any] = [*errors.FAILED, *errors.REFUSED, errors.NotCallableError]
    assert [each.reason for each in kinds] == [
        *("timed-out", "throttled", "unreachable", "fault"),
        *("refused", "wrong-version", "too-large", "not-callable"),
    ]


def a_request(key: str | None, method: str = "POST", path: str = "/orders") -> Request:
    return Request(
        route="/orders",
        method=method,
        path=path,
        path_parameters={},
        query={},
        headers={} if key is None else {"idempotency-key": key},
        body="",
        body_is_base64=False,
        correlation_id="c",
    )


def test_the_id_of_an_event_is_that_of_its_request_if_the_client_says_which_it_is() -> None:
    body = json.dumps({"n": 1}).encode()
    expected = hashlib.sha256(b'POST\n/orders\nk\n{"n": 1}').hexdigest()

    assert hand_off._event_id(a_request("k"), body) == expected
    others = [
        hand_off._event_id(request, data)
        for request, data in (
            (a_request("l"), body),
            (a_request("k", method="PUT"), body),
            (a_request("k", path="/o"), body),
            (a_request("k"), b"{}"),
            (a_request(None), body),
            (a_request(None), body),
        )
    ]
    assert len({expected, *others}) == 7
