"""`POST /loans/{loanId}/return`"""

from __future__ import annotations

from typing import Any

from loans.handlers.loan_response import loan_response
from loans.handlers.the_shelf import the_shelf
from serverless_runtime.shared.timestamps import now
from serverless_runtime.web.http.preconditions import accepted_versions
from serverless_runtime.web.http.request import Request
from serverless_runtime.web.http.respond import respond
from serverless_runtime.web.http.response import Response


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    return respond(event, context, _return)


def _return(request: Request) -> Response:
    loan = the_shelf().take_back(
        request.path_parameters["loanId"], accepted_versions(request.headers), now()
    )
    response: Response = loan_response(200, loan)
    return response
