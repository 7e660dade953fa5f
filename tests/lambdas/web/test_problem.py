"""Errors of use cases, as clients see them."""

from __future__ import annotations

import pytest

from serverless_runtime.web.errors import (
    ContentionError,
    IdempotencyKeyReusedError,
    NotFoundError,
    StoreUnavailableError,
    VersionMismatchError,
)
from serverless_runtime.web.http.problem import Problem, problem_of


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (NotFoundError("there is no such thing"), 404, "there is no such thing"),
        (VersionMismatchError(3), 412, 'If-Match does not match the ETag, which is "3"'),
        (ContentionError("try again"), 409, "try again"),
        (IdempotencyKeyReusedError(), 422, "was used for a request with another body"),
        (StoreUnavailableError("DynamoDB: Throttling"), 503, "temporarily unavailable; try again"),
        (Problem(429, "slowly"), 429, "slowly"),
        (RuntimeError("secret"), 500, "unexpected error; search the log for the correlation id"),
    ],
)
def test_an_error_is_a_status_and_a_sentence(error: Exception, status: int, text: str) -> None:
    problem = problem_of(error)

    assert problem.status == status
    assert text in problem.detail


def test_a_status_that_is_no_error_is_no_problem() -> None:
    with pytest.raises(ValueError, match=r"status of a problem must be one of 400, .* got 200"):
        Problem(200, "fine")


TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    410: "Gone",
    412: "Precondition Failed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    423: "Locked",
    428: "Precondition Required",
    429: "Too Many Requests",
    451: "Unavailable For Legal Reasons",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}
"""https://www.iana.org/assignments/http-status-codes"""


@pytest.mark.parametrize("status", range(395, 515))
def test_a_problem_has_the_title_of_its_status(status: int) -> None:
    if status not in TITLES:
        with pytest.raises(ValueError, match=f", got {status}$"):
            Problem(status, "x")
        return
    document = Problem(status, "x").to_document(instance="/a", correlation_id="c")
    assert document == {
        "type": "about:blank",
        "title": TITLES[status],
        "status": status,
        "detail": "x",
        "instance": "/a",
        "correlationId": "c",
    }
