"""boto3's clients where our own are expected: for programs that have boto3 and its credentials."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

from serverless_runtime.shared.aws.dynamodb import DynamoDb
from serverless_runtime.shared.aws.errors import NoAnswerError, NotConnectedError, RefusedError


@contextmanager
def own_errors() -> Iterator[None]:
    """Raise RefusedError, NotConnectedError and NoAnswerError for what boto3 raises."""
    try:
        yield
    except NoConnectionError as error:
        raise NotConnectedError(str(error)) from error
    except HTTPClientError as error:
        raise NoAnswerError(str(error)) from error
    except ClientError as error:
        found = error.response["Error"]
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
        raise RefusedError(
            error.operation_name,
            status,
            found["Code"],
            found.get("Message", ""),
            _as_on_the_wire(error.response),
        ) from error


def dynamodb_of(client: Any) -> DynamoDb:
    """Return something that does with a boto3 client what `DynamoDb` does without."""
    return cast("DynamoDb", _DynamoDb(client))


class _DynamoDb:
    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        call = getattr(self._client, operation)

        def own(**arguments: Any) -> Any:
            with own_errors():
                return _as_on_the_wire(call(**arguments))

        return own

    def query_items(self, **arguments: Any) -> Iterator[Any]:
        while True:
            page = self.query(**arguments)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _as_on_the_wire(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_on_the_wire(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_as_on_the_wire(each) for each in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
