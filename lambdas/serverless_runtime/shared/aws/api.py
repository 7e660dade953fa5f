"""One AWS service: requests signed, sent, repeated where that may help, and refusals named."""

from __future__ import annotations

import json
import os
import time
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from serverless_runtime.shared.aws.connections import Answer, Connections, Request, Transport
from serverless_runtime.shared.aws.endpoint import endpoint_from, region_from
from serverless_runtime.shared.aws.errors import AwsCallError, NoAnswerError, RefusedError
from serverless_runtime.shared.aws.retries import Patience, RetryQuota, may_pass, pause_seconds
from serverless_runtime.shared.aws.signing import Scope, credentials_from, sign

_FIRST_REFUSAL = 300


class Api:
    """Calls one service of the environment's region; threads may share it."""

    def __init__(
        self,
        service: str,
        patience: Patience,
        *,
        prefix: str | None = None,
        signed_as: str | None = None,
        first_pause_seconds: float = 0.05,
    ) -> None:
        """`prefix` and `signed_as` are the service's names in URLs and signatures, if others."""
        endpoint = endpoint_from(os.environ, service, prefix)
        self.patience = patience
        self.transport: Transport = Connections(endpoint, patience)
        """What carries the requests."""

        self._host = urlsplit(endpoint).netloc
        self._scope = Scope(region_from(os.environ), signed_as or service)
        self._first_pause_seconds = first_pause_seconds
        self._quota = RetryQuota()

    def call(self, operation: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST and return the answer; `path` is percent-encoded.

        Raises RefusedError, NotConnectedError and NoAnswerError, when nothing helped.
        """
        attempt, taken = 1, 0
        while True:
            hints: Mapping[str, str] = {}
            try:
                answer = self.transport.send(self._signed(path, headers, body))
                hints = answer.headers
                _require_success(operation, answer)
            except AwsCallError as error:
                if attempt >= self.patience.total_max_attempts or not may_pass(error):
                    raise
                taken = self._quota.take(error)
                if not taken:
                    raise
                time.sleep(pause_seconds(error, attempt, self._first_pause_seconds, hints))
                attempt += 1
            else:
                self._quota.give_back(taken)
                return answer

    def _signed(self, path: str, headers: Mapping[str, str], body: bytes) -> Request:
        signed = sign(
            method="POST",
            path=path,
            headers={**headers, "Host": self._host},
            body=body,
            credentials=credentials_from(os.environ),
            scope=self._scope,
            timestamp=time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
        )
        signed["User-Agent"] = "internal-handoff"
        # Joins the traces of both sides, and lets Lambda notice functions that call in a circle:
        # https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
        if trace_id := os.environ.get("_X_AMZN_TRACE_ID"):
            signed["X-Amzn-Trace-Id"] = quote(trace_id, safe="-=;:+&[]{}\"',")
        return Request(path, signed, body)


def _require_success(operation: str, answer: Answer) -> None:
    checksum = answer.headers.get("x-amz-crc32")
    if checksum is not None and checksum != str(zlib.crc32(answer.body)):
        raise NoAnswerError(f"{operation}: the answer was damaged on its way")
    if answer.status < _FIRST_REFUSAL:
        return
    document = _document(answer.body)
    code = (
        # The code that SQS has always had, where its JSON has another.
        answer.headers.get("x-amzn-query-error", "").split(";")[0]
        or document.get("__type")
        or answer.headers.get("x-amzn-errortype")
        or str(answer.status)
    )
    message = document.get("message") or document.get("Message") or ""
    raise RefusedError(
        operation,
        answer.status,
        # As in "com.amazonaws.dynamodb.v20120810#ThrottlingException:http://…".
        str(code).rsplit("#", 1)[-1].split(":", 1)[0],
        str(message),
        document,
    )


def _document(body: bytes) -> dict[str, Any]:
    """Return the error's document, or an empty one: a gateway in between may answer in HTML."""
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
