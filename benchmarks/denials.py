"""What becomes of tasks while Lambda refuses the invocation that hands them off."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from benchmarks.aws_parts import policy
from benchmarks.refusals import rows_stored
from benchmarks.report import table
from benchmarks.rivals import Rival, http_client, told
from local.stack import DeployedStack
from local.wait import DeadlineExceededError, wait_until

_TASKS = 5
_POLICY = "denied"
# The minimum age of the local stack, the minute until the relay's next run, and a slow machine.
_RELAYED_WITHIN_SECONDS = 150


@dataclass(frozen=True)
class Denied:
    """One service's tasks, each asked for once while nothing could be handed off."""

    service: Rival
    titles: list[str]
    created: list[str]
    """Those that were answered with 201."""


def denial_table(stack: DeployedStack, services: Sequence[Rival]) -> str:
    """Deny each service the invocation, allow it again, give the relay its time, and count."""
    found = [_while_denied(stack, service) for service in services]
    promised = {title for each in found for title in each.created}
    with suppress(DeadlineExceededError):
        wait_until(
            lambda: promised - told(stack).keys(),
            "what was answered with 201 to be told of",
            seconds=_RELAYED_WITHIN_SECONDS,
            enough=lambda missing: not missing,
        )
    arrived = told(stack)
    rows = []
    for each in found:
        reached = sum(arrived[title] > 0 for title in each.titles)
        kept = rows_stored(stack, each.service, each.titles)
        counts = (len(each.titles), len(each.created), kept, reached, kept - reached)
        rows.append((each.service.name, *counts))
    heads = ["wanted", "answered 201", "stored", "told", "stored, never told"]
    return table(["service", *heads], rows)


def _while_denied(stack: DeployedStack, service: Rival) -> Denied:
    titles = [str(uuid.uuid4()) for _ in range(_TASKS)]
    with http_client(1) as client, _denied(stack, service):
        created = [title for title in titles if service.create(client, title)]
    return Denied(service, titles, created)


@contextmanager
def _denied(stack: DeployedStack, service: Rival) -> Iterator[None]:
    """Deny the service's function every invocation until the block ends."""
    function = stack.client("lambda").get_function_configuration(FunctionName=service.function_name)
    iam, role = stack.client("iam"), function["Role"].rsplit("/", 1)[1]
    document = policy({"Effect": "Deny", "Action": "lambda:InvokeFunction", "Resource": "*"})
    iam.put_role_policy(RoleName=role, PolicyName=_POLICY, PolicyDocument=document)
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName=_POLICY)
