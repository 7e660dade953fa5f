"""What the small clients have in common: requests signed, sent, retried, and errors parsed."""

from __future__ import annotations

import base64
import http.client
import json
import os
import time
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from serverless_runtime.shared.aws.client_config import ClientConfig
from serverless_runtime.shared.aws.connections import Connections, Request, Response, Transport
from serverless_runtime.shared.aws.credentials import current_credentials
from serverless_runtime.shared.aws.endpoints import endpoint_from, region_from
from serverless_runtime.shared.aws.errors import (
    AwsCallError,
    ResponseError,
    ServiceError,
    is_transient,
)
from serverless_runtime.shared.aws.retries import RetryQuota, delay_seconds
from serverless_runtime.shared.aws.signing import Scope, sign

_FIRST_ERROR_STATUS = 300
_USER_AGENT = "serverless-runtime"


class ServiceClient:
    """Calls one service of the environment's region; threads may share it.

    Its subclasses' methods have boto3's names, arguments and return values. They raise
    ServiceError, ConnectError and ResponseError.
    """

    def __init__(
        self,
        service: str,
        config: ClientConfig,
        *,
        host_prefix: str | None = None,
        signing_name: str | None = None,
        first_delay_seconds: float = 0.05,
    ) -> None:
        """`host_prefix` and `signing_name` are the service's names in URLs and in signatures, where
        they are not `service`."""
        endpoint = endpoint_from(os.environ, service, host_prefix or service)
        self.transport: Transport = Connections(endpoint, config)
        """What carries the requests."""

        self._config = config
        self._host = urlsplit(endpoint).netloc
        self._scope = Scope(region_from(os.environ), signing_name or service)
        self._first_delay_seconds = first_delay_seconds
        self._quota = RetryQuota()

    def _call_json(
        self,
        operation: str,
        arguments: Mapping[str, Any],
        headers: Mapping[str, str],
        path: str = "/",
    ) -> dict[str, Any]:
        """POST `arguments` as JSON; return the response's JSON with boto3's ResponseMetadata."""
        body = json.dumps(arguments, default=_as_base64).encode()
        response, metadata = self._call(operation, path, headers, body)
        return {**self._parsed(response.body), "ResponseMetadata": metadata}

    def _parsed(self, body: bytes) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(body)
        return parsed

    def _call(
        self, operation: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[Response, dict[str, Any]]:
        """POST; return the response, and boto3's ResponseMetadata. `path` is percent-encoded."""
        attempt, acquired = 1, 0
        while True:
            metadata: dict[str, Any] = {"HTTPHeaders": {}}
            try:
                response = self.transport.send(self._signed(path, headers, body))
                metadata = _metadata(response, attempt)
                if attempt >= self._config.total_max_attempts:
                    metadata["MaxAttemptsReached"] = True
                self._require_success(operation, response, metadata)
            except AwsCallError as error:
                if attempt >= self._config.total_max_attempts or not is_transient(error):
                    raise
                acquired = self._quota.acquire(error)
                if not acquired:
                    metadata["RetryQuotaReached"] = True
                    raise
                delay = self._first_delay_seconds
                time.sleep(delay_seconds(error, attempt, delay, metadata["HTTPHeaders"]))
                attempt += 1
            else:
                self._quota.release(acquired)
                return response, metadata

    def _require_success(
        self, operation: str, response: Response, metadata: dict[str, Any]
    ) -> None:
        checksum = response.headers.get("x-amz-crc32")
        if checksum is not None and checksum != str(zlib.crc32(response.body)):
            raise ResponseError(f"{operation}: the response was corrupted in transit")
        if response.status < _FIRST_ERROR_STATUS:
            return
        try:
            document = self._parsed(response.body)
        except ValueError:
            # HTML, from a gateway in between.
            document = {}
        if not isinstance(document, dict):
            document = {}
        error = {"Error": _error(response, document), "ResponseMetadata": metadata}
        raise ServiceError({**document, **error}, operation)

    def _signed(self, path: str, headers: Mapping[str, str], body: bytes) -> Request:
        signed = sign(
            method="POST",
            path=path,
            headers={**headers, "Host": self._host},
            body=body,
            credentials=current_credentials(),
            scope=self._scope,
            timestamp=time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
        )
        signed["User-Agent"] = _USER_AGENT
        # Joins the traces of both sides, and lets Lambda detect recursive loops:
        # https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
        if trace_id := os.environ.get("_X_AMZN_TRACE_ID"):
            signed["X-Amzn-Trace-Id"] = quote(trace_id, safe="-=;:+&[]{}\"',")
        return Request(path, signed, body)


def _metadata(response: Response, attempt: int) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "HTTPStatusCode": response.status,
        "HTTPHeaders": dict(response.headers),
        "RetryAttempts": attempt - 1,
    }
    if request_id := response.headers.get("x-amzn-requestid"):
        metadata["RequestId"] = request_id
    return metadata


def _error(response: Response, document: dict[str, Any]) -> dict[str, str]:
    code = (
        document.pop("__type", None) or response.headers.get("x-amzn-errortype") or response.status
    )
    message = document.get("message") or document.get("Message") or ""
    if not document and response.status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
        message = http.client.responses.get(response.status, "")
    # As in "com.amazonaws.dynamodb.v20120810#ThrottlingException:http://…".
    error = {
        "Message": str(message),
        "Code": str(code).rsplit("#", 1)[-1].split(":", 1)[0],
    }
    # The code that SQS has always had, where its JSON has another.
    old_code, _, kind = response.headers.get("x-amzn-query-error", "").partition(";")
    if old_code:
        error |= {"QueryErrorCode": error["Code"], "Type": kind, "Code": old_code}
    return error


def _as_base64(value: object) -> str:
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    raise TypeError(f"an argument of an AWS call cannot be of type {type(value).__name__}")
