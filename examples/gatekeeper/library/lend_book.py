"""`POST /loans`: a partner lends a book."""

from __future__ import annotations

from typing import Any

from serverless_runtime.gatekeeper.caller import Caller, caller_of
from serverless_runtime.shared import aws
from serverless_runtime.shared.environment import read_settings
from serverless_runtime.shared.timestamps import now
from serverless_runtime.web.http.body import Field, read_body
from serverless_runtime.web.http.fields import line_of
from serverless_runtime.web.http.request import Request
from serverless_runtime.web.http.respond import respond
from serverless_runtime.web.http.response import Response
from serverless_runtime.web.ids import new_id
from serverless_runtime.web.settings import TableSettings

_FIELDS = {"bookId": Field("book_id", line_of(40), required=True)}


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    return respond(event, context, lambda request: _lend(caller_of(event), request))


def _lend(caller: Caller, request: Request) -> Response:
    book_id, loan_id = read_body(request, _FIELDS)["book_id"], new_id(now())
    aws.client("dynamodb").put_item(
        TableName=read_settings(TableSettings).table_name,
        Item={
            "partner": {"S": caller.tenant},
            "loan_id": {"S": loan_id},
            "book_id": {"S": book_id},
            # With which of its keys, in case one has come into wrong hands.
            "key_id": {"S": caller.key_id},
        },
    )
    return Response(status=201, document={"id": loan_id, "bookId": book_id})
