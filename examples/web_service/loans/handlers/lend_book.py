"""`POST /loans`"""

from __future__ import annotations

from typing import Any

from loans.handlers.loan_response import loan_response
from loans.handlers.the_shelf import the_shelf
from loans.loan import CARD
from loans.shelf import BookIsLentError
from serverless_runtime.shared.timestamps import now
from serverless_runtime.web.http.body import Field, read_body
from serverless_runtime.web.http.fields import matching
from serverless_runtime.web.http.parameters import idempotency_key
from serverless_runtime.web.http.problem import Problem
from serverless_runtime.web.http.request import Request
from serverless_runtime.web.http.respond import require_unconditional, respond
from serverless_runtime.web.http.response import Response
from serverless_runtime.web.idempotency import Claim, fingerprint_of

_CARD = matching(CARD, "1 to 40 letters, digits and hyphens, without one at the beginning")
_FIELDS = {
    "bookId": Field("book_id", _CARD, required=True),
    "readerId": Field("reader_id", _CARD, required=True),
}


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    return respond(event, context, _lend)


def _lend(request: Request) -> Response:
    key = idempotency_key(request.headers)
    wanted = read_body(request, _FIELDS)
    require_unconditional(request)
    claim = None if key is None else Claim(key=key, fingerprint=fingerprint_of(wanted))
    try:
        loan = the_shelf().lend(**wanted, claim=claim, at=now())
    except BookIsLentError as error:
        raise Problem(409, "the book is lent, until it is returned") from error
    response: Response = loan_response(201, loan, Location=f"/loans/{loan.loan_id}")
    return response
