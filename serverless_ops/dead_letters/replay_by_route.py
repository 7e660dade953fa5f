"""A destination for dead letters that say themselves who was to get them, each its own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.destination import Destination, RejectedEventError, classified
from serverless_ops.dead_letters.replay_to_queue import queue_url

T = TypeVar("T")

_NO_QUEUE = ("NonExistentQueue", "QueueDoesNotExist")


@dataclass(frozen=True, kw_only=True)
class Route:
    """Who takes a dead letter, and what."""

    destination: Destination
    payload: str
    """Exactly what AWS would have delivered."""

    with_attributes: bool = True
    """Whether the message's attributes belong to it; otherwise they say why it failed."""


class NoRouteError(Exception):
    """Nobody can be given the dead letter; the text says why, and what to do."""


class RoutedDestination:
    """Implements Destination; `find` raises NoRouteError, and what boto3 raises."""

    def __init__(self, description: str, find: Callable[[DeadLetter], Route]) -> None:
        self.description = description
        self._find = find

    def skip_reason(self, dead_letter: DeadLetter) -> str | None:
        """Return why nobody takes it, if so. Raises what boto3 raises."""
        try:
            self._find(dead_letter)
        except NoRouteError as error:
            return str(error)
        return None

    def send(self, dead_letter: DeadLetter) -> None:
        """Hand it to whom it was for. Raises NotAcceptedError."""
        try:
            route = self._find(dead_letter)
        except NoRouteError as error:
            raise RejectedEventError(f"is not known: {error}") from error
        except (ClientError, BotoCoreError) as error:
            raise classified(error, frozenset()) from error
        record = dead_letter.record and replace(dead_letter.record, payload=route.payload)
        attributes = dead_letter.attributes if route.with_attributes else {}
        route.destination.send(
            replace(dead_letter, body=route.payload, record=record, attributes=attributes)
        )


def remembered(find: Callable[[str], T]) -> Callable[[str], T]:
    """Return `find` that is asked once for each argument, also if it raises NoRouteError."""

    @functools.cache
    def found(argument: str) -> T | NoRouteError:
        try:
            return find(argument)
        except NoRouteError as error:
            return error

    def find_once(argument: str) -> T:
        if isinstance(result := found(argument), NoRouteError):
            raise result
        return result

    return find_once


def existing_queue_url(sqs: Any, arn: str) -> str:
    """Return the URL of a queue. Raises NoRouteError if it is gone, and what boto3 raises."""
    try:
        return queue_url(sqs, arn)
    except ClientError as error:
        if not error.response["Error"]["Code"].endswith(_NO_QUEUE):
            raise
        raise NoRouteError(
            f"the queue {arn.rpartition(':')[2]} is gone; restore it with pulumi up --refresh"
        ) from error
