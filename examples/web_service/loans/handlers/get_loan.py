"""`GET` and `HEAD /loans/{loanId}`"""

from __future__ import annotations

from typing import Any

from loans.handlers.loan_response import loan_response
from loans.handlers.the_shelf import the_shelf
from serverless_runtime.web.http.request import Request
from serverless_runtime.web.http.respond import respond, unless_known
from serverless_runtime.web.http.response import Response


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    return respond(event, context, _get)


def _get(request: Request) -> Response:
    loan = the_shelf().get(request.path_parameters["loanId"])
    return unless_known(request, loan_response(200, loan))
