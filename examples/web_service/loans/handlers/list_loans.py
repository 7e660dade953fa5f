"""`GET` and `HEAD /readers/{readerId}/loans`"""

from __future__ import annotations

import re
from typing import Any

from loans.handlers.the_shelf import the_shelf
from loans.loan import CARD
from serverless_runtime.web.errors import NotFoundError
from serverless_runtime.web.http.cursor import write_cursor
from serverless_runtime.web.http.paging import page_limit, page_start
from serverless_runtime.web.http.request import Request
from serverless_runtime.web.http.respond import respond, unless_known
from serverless_runtime.web.http.response import Response


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    return respond(event, context, _list, query=("limit", "cursor"))


def _list(request: Request) -> Response:
    reader_id = request.path_parameters["readerId"]
    if not re.fullmatch(CARD, reader_id):
        raise NotFoundError("no reader can have this number")
    filters = {"readerId": reader_id}
    limit = page_limit(request.query)
    # One more, to know whether there is a next page.
    found = the_shelf().of_reader(reader_id, page_start(request.query, filters), limit + 1)
    page = found[:limit]
    document: dict[str, Any] = {"items": [loan.to_document() for loan in page]}
    if len(found) > limit:
        document["nextCursor"] = write_cursor(page[-1].loan_id, filters)
    return unless_known(request, Response(status=200, document=document))
