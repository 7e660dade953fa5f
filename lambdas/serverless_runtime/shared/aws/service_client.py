"""What the small clients have in common: requests signed, sent, retried, and errors parsed."""

from __future__ import annotations

import copy
import json
import os
import time
import zlib
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NoReturn, Self
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
from serverless_runtime.shared.aws.parameters import Shapes, validate
from serverless_runtime.shared.aws.retries import RetryQuota, delay_seconds
from serverless_runtime.shared.aws.signing import Scope, sign

_FIRST_ERROR_STATUS = 301
_BLOBS = ('"Raw', '"Binary')
_USER_AGENT = "serverless-runtime"


class ServiceClient:
    """Calls one service of the environment's region; threads may share it.

    Its subclasses' methods have boto3's names, arguments and return values. They raise
    ServiceError, ConnectError and ResponseError, and ParamValidationError before a request.
    """

    SHAPES: ClassVar[Shapes]
    """What its operations take."""

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
        self._service = service
        endpoint = endpoint_from(os.environ, service, host_prefix or service)
        self.transport: Transport = Connections(endpoint, config)
        """What carries the requests."""

        self._config = config
        self._host = urlsplit(endpoint).netloc
        self._scope = Scope(region_from(os.environ), signing_name or service)
        self._first_delay_seconds = first_delay_seconds
        self._quota = RetryQuota()

        self._until: float | None = None

    def until(self, deadline: float) -> Self:
        """Return this client for calls that are attempted once and have failed at the deadline, in
        seconds of `time.monotonic`, if there is no response. It shares the connections."""
        limited = copy.copy(self)
        limited._until = deadline
        limited._config = self._config._replace(total_max_attempts=1)
        return limited

    def __getattr__(self, name: str) -> NoReturn:
        service = vars(self).get("_service")
        raise AttributeError(
            f"the small client of {service} has no {name}; boto3's is aws.boto3_client({service!r})"
        )

    def _call_json(
        self,
        operation: str,
        arguments: Mapping[str, Any],
        headers: Mapping[str, str],
        path: str = "/",
    ) -> dict[str, Any]:
        """POST `arguments` as JSON; return the response's JSON with boto3's ResponseMetadata."""
        response, metadata = self._call(operation, path, headers, self._body(operation, arguments))
        try:
            document = self._parsed(response.body)
        except ValueError as error:
            # boto3 would return it as an item that is not there, or raise an AttributeError.
            raise ResponseError(f"{operation}: the response is not a JSON object") from error
        return {**document, "ResponseMetadata": metadata}

    def _post_without_waiting(
        self,
        operation: str,
        arguments: Mapping[str, Any],
        headers: Mapping[str, str],
        on_failure: Callable[[AwsCallError], None],
    ) -> None:
        """POST `arguments` as JSON once; a later call reads the response, if it can.

        Raises what the transport raises while it sends.
        """

        def then(outcome: Response | AwsCallError) -> None:
            try:
                if isinstance(outcome, AwsCallError):
                    raise outcome
                self._require_success(operation, outcome, _metadata(outcome, 1))
            except AwsCallError as error:
                on_failure(error)

        request = self._signed("/", headers, self._body(operation, arguments))
        self.transport.send_without_waiting(request, then)

    def _body(self, operation: str, arguments: Mapping[str, Any]) -> bytes:
        validate(self.SHAPES, operation, arguments)
        return self._serialized(operation, arguments)

    def _serialized(self, operation: str, arguments: Mapping[str, Any]) -> bytes:
        try:
            body = json.dumps(arguments)
        except TypeError:
            body = _BLOBS[0]
        if not any(each in body for each in _BLOBS):
            return body.encode()
        # Few requests have blobs.
        from serverless_runtime.shared.aws import blobs  # noqa: PLC0415

        return blobs.serialized(operation, arguments)

    def _parsed(self, body: bytes, object_hook: Any = None) -> dict[str, Any]:
        """Return the object that the body holds. Raises ValueError if it holds something else."""
        document = json.loads(body or b"{}", object_hook=object_hook)
        if not isinstance(document, dict):
            raise ValueError(type(document).__name__)
        return document

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
            # From a gateway in between.
            document = {"message": response.body.decode(errors="replace")}
        # Most cold starts see no error.
        from serverless_runtime.shared.aws.error_responses import error_of  # noqa: PLC0415

        error = {"Error": error_of(response, document), "ResponseMetadata": metadata}
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
        return Request(path, signed, body, self._until)


def _metadata(response: Response, attempt: int) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "HTTPStatusCode": response.status,
        "HTTPHeaders": dict(response.headers),
        "RetryAttempts": attempt - 1,
    }
    if request_id := response.headers.get("x-amzn-requestid"):
        metadata["RequestId"] = request_id
    return metadata


def datetime_of(seconds: float) -> Any:
    """Return the time that a service's JSON gives in seconds since 1970, as boto3 does: local."""
    # Most functions read no times.
    from datetime import UTC, datetime  # noqa: PLC0415

    return datetime.fromtimestamp(seconds, UTC).astimezone()
