"""The code and the message of an error, wherever a service has put them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from serverless_runtime.shared.aws.connections import Response


def error_of(response: Response, document: dict[str, Any]) -> dict[str, str]:
    """Return boto3's `Error` for a response; takes `__type` and an XML's `Error` from its
    document."""
    if isinstance(whole := document.pop("Error", None), dict):
        return whole
    code = (
        document.pop("__type", None)
        or response.headers.get("x-amzn-errortype")
        or document.get("code", document.get("Code"))
        or response.status
    )
    # As in "com.amazonaws.dynamodb.v20120810#ThrottlingException:http://…".
    code = str(code).split(":", 1)[0].rsplit("#", 1)[-1]
    if _is_generic(response):
        return {"Message": _phrase(response.status), "Code": code}
    error = {"Message": str(document.get("message", document.get("Message", ""))), "Code": code}
    # The code that SQS has always had, where its JSON has another.
    old_code, *kinds = response.headers.get("x-amzn-query-error", "").split(";")
    if old_code and len(kinds) == 1:
        error |= {"QueryErrorCode": code, "Type": kinds[0], "Code": old_code}
    return error


def _is_generic(response: Response) -> bool:
    """Return whether something other than the service's own code has failed."""
    text = response.body.strip()
    failed = response.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return failed and (not text or text.startswith(b"<html>"))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
