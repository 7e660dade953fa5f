"""What becomes of tasks while the receiver of their notifications refuses."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from benchmarks.report import table
from benchmarks.rivals import Rival, http_client, told
from local.scenario.observe import queue_depth
from local.stack import DeployedStack
from local.wait import wait_until
from serverless_runtime.notification_service.dynamo_breakers import DynamoBreakers

FAILURES = (1, 2, 3)

_TASKS = 5
_CLIENT_TRIES = 3
_CHANNEL = "webhook"
_PATIENCE_SECONDS = 60
_LOOK_AGAIN_SECONDS = 0.001


@dataclass
class Outcome:
    """Counts of tasks, of which each was refused as often."""

    failures: int
    service: str
    titles: list[str]
    created: int = 0
    """How many clients were answered with 201 in the end."""

    dead_letters: int = 0


def outcome_table(stack: DeployedStack, services: Sequence[Rival]) -> str:
    """Refuse each service's notifications, and count."""
    rows = []
    for failures in FAILURES:
        for service in services:
            for tries in (1, _CLIENT_TRIES) if service.waits else (1,):
                outcome = _refused(stack, service, failures, tries)
                rows.append((service, outcome))
    # Only now: whatever was to come twice has come.
    arrived = told(stack)
    heads = ["wanted", "answered 201", "stored", "told", "told twice", "dead letters", "lost"]
    cells = []
    for service, outcome in rows:
        wanted = len(outcome.titles)
        reached = sum(arrived[title] > 0 for title in outcome.titles)
        twice = sum(arrived[title] > 1 for title in outcome.titles)
        stored = rows_stored(stack, service, outcome.titles)
        lost = wanted - reached - outcome.dead_letters
        counts = (wanted, outcome.created, stored, reached, twice, outcome.dead_letters, lost)
        cells.append((outcome.failures, outcome.service, *counts))
    return table(["refused", "service", *heads], cells)


def _refused(stack: DeployedStack, service: Rival, failures: int, tries: int) -> Outcome:
    name = service.name if tries == 1 else f"{service.name}, client asks {tries} times"
    outcome = Outcome(failures, name, [str(uuid.uuid4()) for _ in range(_TASKS)])
    letters_before = queue_depth(stack, service.dead_letters_url)
    with http_client(1) as client:
        for title in outcome.titles:
            with _refusing(stack, failures):
                outcome.created += any(service.create(client, title) for _ in range(tries))
                if not service.waits:
                    _until_settled(stack, service, title, letters_before + outcome.dead_letters)
            outcome.dead_letters = queue_depth(stack, service.dead_letters_url) - letters_before
            _close_breaker(stack)
    return outcome


@contextmanager
def _refusing(stack: DeployedStack, times: int) -> Iterator[None]:
    """Let the receiver refuse so many posts, or fewer if the block ends first."""
    receiver, ended = stack.receiver, threading.Event()
    enough = len(receiver.rejected) + times

    def accept_again() -> None:
        while len(receiver.rejected) < enough and not ended.is_set():
            time.sleep(_LOOK_AGAIN_SECONDS)
        receiver.status = HTTPStatus.NO_CONTENT

    receiver.status = HTTPStatus.SERVICE_UNAVAILABLE
    watcher = threading.Thread(target=accept_again)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _until_settled(stack: DeployedStack, service: Rival, title: str, letters: int) -> None:
    wait_until(
        lambda: told(stack)[title] or queue_depth(stack, service.dead_letters_url) > letters,
        "a notification or a dead letter",
        seconds=_PATIENCE_SECONDS,
    )


def _close_breaker(stack: DeployedStack) -> None:
    # It would keep the next task's notification from being tried at all.
    breakers = DynamoBreakers(stack.deliveries_table, stack.client("dynamodb"))
    breakers.close(_CHANNEL, None, int(time.time()))


def rows_stored(stack: DeployedStack, service: Rival, titles: list[str]) -> int:
    """Count the rows that a service has stored for these titles."""
    pages = (
        stack.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=service.table_name, ConsistentRead=True)
    )
    return sum(row.get("title", {}).get("S") in titles for page in pages for row in page["Items"])
