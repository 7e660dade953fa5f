"""What happens to tasks while the receiver of their notifications, or Lambda, is down."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus

from benchmarks.baselines import Service, http_client, notified
from benchmarks.report import table
from local.stack import DeployedStack
from local.wait import DeadlineExceededError, wait_until
from ops.dead_letters.reader import DeadLetterReader
from serverless_runtime.notification_service.circuit_breaker.dynamo_store import (
    DynamoCircuitBreakerStore,
)

FAILURES = (1, 2, 3)

_TASKS = 5
_CLIENT_ATTEMPTS = 3
_CHANNEL = "webhook"
_SETTLED_WITHIN_SECONDS = 60
_POLL_SECONDS = 0.001

_DENIAL = "denied"
# The minimum age of the local stack, the minute until the relay's next run, and a slow machine.
_RELAYED_WITHIN_SECONDS = 150


@dataclass
class Outcome:
    """What became of one service's tasks."""

    name: str
    service: Service
    titles: list[str]
    failures: int = 0
    """How many deliveries of each failed."""

    created: int = 0
    """How many clients got a 201 in the end."""

    dead_letters: int = 0


def receiver_table(stack: DeployedStack, services: Sequence[Service]) -> str:
    """Let the receiver fail each service's first deliveries, and count."""
    outcomes = [
        _while_receiver_fails(stack, service, failures, attempts)
        for failures in FAILURES
        for service in services
        for attempts in ((1, _CLIENT_ATTEMPTS) if service.waits else (1,))
    ]
    # Only now: whatever was to arrive twice has arrived.
    arrived = notified(stack)
    rows = []
    for each in outcomes:
        wanted = len(each.titles)
        reached = sum(arrived[title] > 0 for title in each.titles)
        twice = sum(arrived[title] > 1 for title in each.titles)
        stored = _rows_stored(stack, each)
        lost = wanted - reached - each.dead_letters
        counts = (wanted, each.created, stored, reached, twice, each.dead_letters, lost)
        rows.append((each.failures, each.name, *counts))
    heads = ["tasks", "201", "stored", "notified", "notified twice", "dead letters", "lost"]
    return table(["failures", "service", *heads], rows)


def lambda_table(stack: DeployedStack, services: Sequence[Service]) -> str:
    """Deny each service the invoke, allow it again, give the relay its time, and count."""
    outcomes = [_while_denied(stack, service) for service in services]
    with suppress(DeadlineExceededError):
        wait_until(
            lambda: sum(_missing(stack, each) for each in outcomes),
            "every created task's notification",
            seconds=_RELAYED_WITHIN_SECONDS,
            enough=lambda missing: missing == 0,
        )
    arrived = notified(stack)
    rows = []
    for each in outcomes:
        reached = sum(arrived[title] > 0 for title in each.titles)
        stored = _rows_stored(stack, each)
        counts = (len(each.titles), each.created, stored, reached, stored - reached)
        rows.append((each.name, *counts))
    heads = ["tasks", "201", "stored", "notified", "stored, never notified"]
    return table(["service", *heads], rows)


def _missing(stack: DeployedStack, outcome: Outcome) -> int:
    arrived = notified(stack)
    return max(0, outcome.created - sum(arrived[title] > 0 for title in outcome.titles))


def _while_receiver_fails(
    stack: DeployedStack, service: Service, failures: int, attempts: int
) -> Outcome:
    name = service.name if attempts == 1 else f"{service.name}, client tries {attempts} times"
    outcome = Outcome(name, service, _titles(), failures)
    depth_before = _queue_depth(stack, service.dead_letters_url)
    with http_client(1) as client:
        for title in outcome.titles:
            with _failing_receiver(stack, failures):
                outcome.created += any(service.create(client, title) for _ in range(attempts))
                if not service.waits:
                    _until_settled(stack, service, title, depth_before + outcome.dead_letters)
            outcome.dead_letters = _queue_depth(stack, service.dead_letters_url) - depth_before
            _close_circuit_breaker(stack)
    return outcome


def _while_denied(stack: DeployedStack, service: Service) -> Outcome:
    outcome = Outcome(service.name, service, _titles())
    with http_client(1) as client, _denied(stack, service):
        outcome.created = sum(service.create(client, title) for title in outcome.titles)
    return outcome


def _titles() -> list[str]:
    return [str(uuid.uuid4()) for _ in range(_TASKS)]


@contextmanager
def _failing_receiver(stack: DeployedStack, times: int) -> Iterator[None]:
    """Let the receiver fail so many posts, or fewer if the block ends first."""
    receiver, ended = stack.receiver, threading.Event()
    enough = len(receiver.rejected) + times

    def recover() -> None:
        while len(receiver.rejected) < enough and not ended.is_set():
            time.sleep(_POLL_SECONDS)
        receiver.status = HTTPStatus.NO_CONTENT

    receiver.status = HTTPStatus.SERVICE_UNAVAILABLE
    watcher = threading.Thread(target=recover)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


@contextmanager
def _denied(stack: DeployedStack, service: Service) -> Iterator[None]:
    """Deny the service's function every invoke until the block ends."""
    function = stack.client("lambda").get_function_configuration(FunctionName=service.function_name)
    iam, role = stack.client("iam"), function["Role"].rsplit("/", 1)[1]
    statement = {"Effect": "Deny", "Action": "lambda:InvokeFunction", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=role, PolicyName=_DENIAL, PolicyDocument=document)
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName=_DENIAL)


def _until_settled(stack: DeployedStack, service: Service, title: str, depth: int) -> None:
    wait_until(
        lambda: notified(stack)[title] or _queue_depth(stack, service.dead_letters_url) > depth,
        "a notification or a dead letter",
        seconds=_SETTLED_WITHIN_SECONDS,
    )


def _close_circuit_breaker(stack: DeployedStack) -> None:
    # Open, it would keep the next task's notification from being tried at all.
    breakers = DynamoCircuitBreakerStore(stack.deliveries_table, stack.client("dynamodb"))
    breakers.close(_CHANNEL, None, int(time.time()))


def _rows_stored(stack: DeployedStack, outcome: Outcome) -> int:
    """Count the rows that a service has stored for its tasks."""
    pages = (
        stack.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=outcome.service.table_name, ConsistentRead=True)
    )
    return sum(
        row.get("title", {}).get("S") in outcome.titles for page in pages for row in page["Items"]
    )


def _queue_depth(stack: DeployedStack, queue_url: str) -> int:
    return sum(DeadLetterReader(stack.client("sqs"), queue_url).depth())
