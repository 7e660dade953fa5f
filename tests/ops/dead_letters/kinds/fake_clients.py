"""Clients that record what they are asked, and know what they are told."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from serverless_ops.stack import DeadLetterQueue

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:notify"
RULE = "arn:aws:events:us-east-1:123456789012:rule/"
QUEUE_ARN = "arn:aws:sqs:us-east-1:123456789012:orders"
QUEUE = DeadLetterQueue(kind="", queue_url="https://sqs/1/dead")


class Sqs:
    """Records what is sent, and knows the queues it is told of."""

    def __init__(self, error: ClientError | None = None, sources: tuple[str, ...] = ()) -> None:
        self.sent: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self._error, self._sources = error, sources

    def send_message(self, **arguments: Any) -> None:
        self.sent.append(arguments)

    def get_queue_url(self, **arguments: Any) -> Any:
        self.asked.append(arguments)
        if self._error is not None:
            raise self._error
        return {"QueueUrl": f"https://sqs/{arguments['QueueName']}"}

    def list_dead_letter_source_queues(self, **arguments: Any) -> Any:
        self.asked.append(arguments)
        return {"queueUrls": list(self._sources)}


class Paged:
    """A client with one operation, whose pages these are."""

    def __init__(self, pages: list[Any] | ClientError) -> None:
        self.asked: list[dict[str, Any]] = []
        self._pages = pages

    def get_paginator(self, operation: str) -> Any:
        return SimpleNamespace(paginate=self._paginate)

    def _paginate(self, **arguments: Any) -> Iterator[Any]:
        self.asked.append(arguments)
        if isinstance(self._pages, ClientError):
            raise self._pages
        yield from self._pages
