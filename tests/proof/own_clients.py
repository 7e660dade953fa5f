"""The model's services as the functions' own clients show them; the model itself speaks boto3."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from lambdas.shared.aws_calls.errors import NoAnswerError, NotConnectedError, RefusedError


class OwnDynamoDb:
    """What `DynamoDb` is to its callers."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**asked: Any) -> Any:
            with _own_errors():
                return _as_on_the_wire(getattr(self._client, operation)(**asked))

        return call

    def query_items(self, **asked: Any) -> Iterator[Any]:
        yield from self.query(**asked)["Items"]


class OwnLambda:
    """What `Lambda` is to its callers."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def invoke_event(self, function: str, payload: bytes) -> int:
        with _own_errors():
            answer = self._client.invoke(
                FunctionName=function, InvocationType="Event", Payload=payload
            )
        return int(answer["StatusCode"])


@contextmanager
def _own_errors() -> Iterator[None]:
    try:
        yield
    except ConnectTimeoutError as error:
        raise NotConnectedError(str(error)) from error
    except ReadTimeoutError as error:
        raise NoAnswerError(str(error)) from error
    except ClientError as error:
        document = {name: _as_on_the_wire(each) for name, each in error.response.items()}
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
        code = error.response["Error"]["Code"]
        raise RefusedError("Request", status, code, code, document) from error


def _as_on_the_wire(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_on_the_wire(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_as_on_the_wire(each) for each in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
