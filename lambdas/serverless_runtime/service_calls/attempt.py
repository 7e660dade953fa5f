"""One invocation of a service, and what has become of it."""

from __future__ import annotations

import time
from typing import Any, NoReturn

from serverless_runtime.service_calls.envelope import (
    OK,
    REFUSED,
    REJECTED,
    TOO_LARGE,
    TOO_LATE,
    WRONG_VERSION,
)
from serverless_runtime.service_calls.errors import (
    FaultError,
    NotCallableError,
    RefusedError,
    ServiceCallError,
    ThrottledError,
    TimedOutError,
    TooLargeError,
    UnreachableError,
    WrongVersionError,
)
from serverless_runtime.shared import strict_json
from serverless_runtime.shared.aws.errors import (
    AwsCallError,
    ConnectError,
    ServiceError,
    http_status,
    is_throttling,
)

_TOO_LARGE_STATUS = 413
_SERVER_ERROR = 500

_REJECTIONS: dict[str, tuple[type[ServiceCallError], bool]] = {
    WRONG_VERSION: (WrongVersionError, False),
    TOO_LATE: (TimedOutError, False),
    TOO_LARGE: (TooLargeError, True),
}
"""By the service's code: the class, and whether the operation has been done by then."""


def attempt(
    client: Any, function_arn: str, request: bytes, *, until: float, called: tuple[str, str]
) -> Any:
    """Return the answer, or raise a ServiceCallError; `called` is the service and its operation."""
    try:
        response = client.invoke(FunctionName=function_arn, Payload=request)
    except AwsCallError as error:
        raise _not_invoked(error, until, called) from error
    if "FunctionError" in response:
        # The deadline is the service's, too: what waits until then fails at the same time.
        if time.monotonic() >= until:
            raise TimedOutError(*called, "it failed at the deadline", may_be_done=True)
        raise FaultError(*called, "it failed; see its log", may_be_done=True)
    try:
        answer = strict_json.parse(response["Payload"].read())
    except strict_json.NotJsonError as error:
        raise FaultError(*called, f"its answer is not JSON: {error}", may_be_done=True) from None
    if not isinstance(answer, dict) or len(answer) != 1:
        _no_answer(called)
    [(kind, content)] = answer.items()
    if kind == OK:
        return content
    return _refused(kind, content, called)


def _not_invoked(error: AwsCallError, until: float, called: tuple[str, str]) -> ServiceCallError:
    text = str(error)
    if is_throttling(error):
        return ThrottledError(*called, text, may_be_done=False)
    if not isinstance(error, ServiceError):
        sent = not isinstance(error, ConnectError)
        if time.monotonic() >= until:
            return TimedOutError(*called, "no answer in time", may_be_done=sent)
        return UnreachableError(*called, text, may_be_done=sent)
    if http_status(error) == _TOO_LARGE_STATUS:
        return TooLargeError(*called, text, may_be_done=False)
    if http_status(error) >= _SERVER_ERROR:
        return UnreachableError(*called, text, may_be_done=True)
    return NotCallableError(*called, text, may_be_done=False)


def _refused(kind: str, content: Any, called: tuple[str, str]) -> NoReturn:
    if not isinstance(content, dict):
        _no_answer(called)
    code, text = str(content.get("code")), str(content.get("text"))
    if kind == REFUSED:
        raise RefusedError(*called, code, text)
    if kind == REJECTED and code in _REJECTIONS:
        error, may_be_done = _REJECTIONS[code]
        raise error(*called, text, may_be_done=may_be_done)
    if kind == REJECTED:
        raise FaultError(*called, f"it did not understand the request: {text}", may_be_done=False)
    _no_answer(called)


def _no_answer(called: tuple[str, str]) -> NoReturn:
    text = "what it returned is no answer; its handler must be a service_entry"
    raise FaultError(*called, text, may_be_done=True)
