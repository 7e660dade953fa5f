"""One kind of channel is down or denied: the others tell of everything once, and it catches up.

EVENTS in the environment sets how many events come while the receiver is down. In the emulator a
failed attempt costs a process, about a second of a core: 25 events take some 40 s of two cores.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from local.scenario.observe import arrivals, queue_depth
from local.scenario.prerequisites import PLATFORMS
from local.scenario.tour.tour import ONCE_EACH
from local.stack import DeployedStack
from local.wait import wait_until
from ops.dead_letters import read_dead_letters, replay_dead_letters
from serverless_runtime.notification_service.breaker import FAILURES_TO_OPEN
from serverless_runtime.notification_service.dynamo_breakers import DynamoBreakers
from serverless_runtime.notification_service.settings.kinds import KINDS
from tests.e2e.test_burst import create_all

EVENTS = int(os.environ.get("EVENTS", "25"))

WORKERS = 4 * (os.cpu_count() or 1)
"""Each may call once before it hears that another's failure has opened the breaker."""
PROBES = 4
"""After 30, 60, 120 and 240 s."""

PATIENCE_SECONDS = 120 + 6 * EVENTS
EVERY_LETTER = 10_000
ANY_REPLAYS = 1_000


@pytest.fixture(autouse=True)
def _mended(stack: DeployedStack) -> Iterator[None]:
    stack.client("sqs").purge_queue(QueueUrl=stack.dead_letter_queue_url)
    yield
    mend(stack)


def mend(stack: DeployedStack) -> None:
    """The provider is back, and an operator says so."""
    stack.receiver.status = httpx.codes.NO_CONTENT
    breakers = DynamoBreakers(stack.deliveries_table, stack.client("dynamodb"))
    for kind in KINDS:
        breakers.close(kind, None, int(time.time()))


def _told(stack: DeployedStack, titles: list[str]) -> dict[str, Counter[str]]:
    """How often each title has arrived, by kind; everything is looked at once."""
    texts = {
        "email": [email["Subject"] for email in stack.emails()],
        "sms": [text["Message"] for text in stack.texts()],
        "push": [push["Body"] for push in stack.pushes(PLATFORMS[0])],
        "webhook": [received.body.decode() for received in stack.receiver.received],
    }
    return {
        kind: Counter(title for text in found for title in titles if title in text)
        for kind, found in texts.items()
    }


def _replay_until(stack: DeployedStack, titles: list[str]) -> None:
    """Replay what is dead-lettered until every title has arrived everywhere."""

    def replay() -> set[str]:
        replay_dead_letters(
            stack.client("sqs"),
            stack.client("lambda"),
            stack.dead_letter_queue_url,
            stack.target_arn,
            limit=EVERY_LETTER,
            max_replays=ANY_REPLAYS,
        )
        told = _told(stack, titles).values()
        return {title for title in titles if not all(times[title] for times in told)}

    wait_until(
        replay, "everything to arrive", seconds=PATIENCE_SECONDS, enough=lambda missing: not missing
    )


def test_a_receiver_that_is_down_is_left_alone_disturbs_nobody_and_catches_up(
    stack: DeployedStack, api: httpx.Client
) -> None:
    titles = [f"{uuid.uuid4()} while it is down" for _ in range(EVENTS)]
    refused_before = len(stack.receiver.refused)
    stack.receiver.status = httpx.codes.SERVICE_UNAVAILABLE

    answers = asyncio.run(create_all(stack.api_url, titles))
    assert Counter(answer.status_code for answer in answers) == {201: EVENTS}
    wait_until(
        lambda: queue_depth(stack),
        "a dead letter of each event",
        seconds=PATIENCE_SECONDS,
        enough=lambda depth: depth == EVENTS,
    )

    once = Counter(titles)
    assert _told(stack, titles) == {**dict.fromkeys(KINDS, once), "webhook": Counter()}
    calls = len(stack.receiver.refused) - refused_before
    assert FAILURES_TO_OPEN <= calls <= FAILURES_TO_OPEN + WORKERS + PROBES
    letters = read_dead_letters(
        stack.client("sqs"), stack.dead_letter_queue_url, limit=EVERY_LETTER
    )
    reasons = {letter.record.reason for letter in letters if letter.record}
    assert all(reason.startswith("webhook: ") for reason in reasons)
    assert any("breaker of webhook is open" in reason for reason in reasons)

    mend(stack)
    _replay_until(stack, titles)

    assert _told(stack, titles) == dict.fromkeys(KINDS, once)
    assert queue_depth(stack) == 0


@contextmanager
def _denied(stack: DeployedStack, policy_part: str) -> Iterator[None]:
    """Take one right from the target's role, and give it back."""
    function = stack.client("lambda").get_function_configuration(FunctionName=stack.target_arn)
    iam, role = stack.client("iam"), function["Role"].rsplit("/", 1)[1]
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    [policy] = [name for name in names if policy_part in name]
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    iam.delete_role_policy(RoleName=role, PolicyName=policy)
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))


# Not the webhook's: its secret is kept for minutes by instances that have read it.
@pytest.mark.parametrize("kind", ["email", "sms", "push"])
def test_a_right_that_is_missing_for_one_kind_does_not_stop_the_others(
    stack: DeployedStack, api: httpx.Client, kind: str
) -> None:
    title = f"{uuid.uuid4()} without {kind}"

    with _denied(stack, f"may-send-for-{kind}"):
        assert api.post("/tasks", json={"title": title}).status_code == 201
        wait_until(lambda: queue_depth(stack), "a dead letter", seconds=PATIENCE_SECONDS)
    assert arrivals(stack, title) == {**ONCE_EACH, kind: 0}
    [letter] = read_dead_letters(stack.client("sqs"), stack.dead_letter_queue_url, limit=10)
    assert letter.record is not None
    assert letter.record.reason.startswith(kind)
    assert "is not authorized to perform" in letter.record.reason

    mend(stack)
    _replay_until(stack, [title])

    assert arrivals(stack, title) == ONCE_EACH
