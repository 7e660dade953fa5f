"""One channel is down or denied: the others deliver everything once, and it catches up.

EVENTS in the environment sets how many events occur while the receiver is down. In the emulator a
failed attempt costs a process, about a second of a core: 25 events take some 40 s of two cores.
"""

from __future__ import annotations

import asyncio
import os
import time
import uuid
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from local.scenario.handoff_stack import HandoffStack
from local.scenario.observe import ONCE_EACH, TARGET, arrivals, queue_depth
from local.scenario.prerequisites import PLATFORMS
from local.scenario.replay_dead_letters import read_dead_letters, replay_dead_letters
from local.wait import wait_until
from serverless_runtime.circuit_breaker.settings import FAILURES_TO_OPEN
from serverless_runtime.notification_service.circuit_breaker_channel import circuit_breaker_rows
from serverless_runtime.notification_service.settings.kinds import KINDS
from tests.e2e.permissions import without_permission
from tests.e2e.test_burst import create_all

EVENTS = int(os.environ.get("EVENTS", "25"))

WORKERS = 4 * (os.cpu_count() or 1)
"""Each may call once before it learns that another's failure has opened the circuit breaker."""
PROBES = 4
"""After 30, 60, 120 and 240 s."""

TIMEOUT_SECONDS = 120 + 6 * EVENTS
MAX_REPLAYS = 1_000


@pytest.fixture(autouse=True)
def _restored(stack: HandoffStack) -> Iterator[None]:
    stack.client("sqs").purge_queue(QueueUrl=stack.dead_letter_queue_url)
    yield
    restore_channels(stack)


def restore_channels(stack: HandoffStack) -> None:
    """The provider is available again, and an operator closes the circuit breakers."""
    stack.receiver.status = httpx.codes.NO_CONTENT
    breakers = circuit_breaker_rows(stack.deliveries_table, stack.client("dynamodb"))
    for kind in KINDS:
        breakers.close(kind, None, int(time.time()))


def _arrived(stack: HandoffStack, titles: list[str]) -> dict[str, Counter[str]]:
    """How often each title has arrived, by kind of channel."""
    texts = {
        "email": [email["Subject"] for email in stack.emulator.emails()],
        "sms": [text["Message"] for text in stack.emulator.texts()],
        "push": [push["Body"] for push in stack.pushes(PLATFORMS[0])],
        "webhook": [received.body.decode() for received in stack.receiver.received],
    }
    return {
        kind: Counter(title for text in found for title in titles if title in text)
        for kind, found in texts.items()
    }


def _replay_until(stack: HandoffStack, titles: list[str]) -> None:
    """Replay dead letters until every title has arrived on every channel."""

    def replay() -> set[str]:
        replay_dead_letters(stack, max_replays=MAX_REPLAYS)
        arrived = _arrived(stack, titles).values()
        return {title for title in titles if not all(times[title] for times in arrived)}

    wait_until(
        replay, "everything to arrive", seconds=TIMEOUT_SECONDS, enough=lambda missing: not missing
    )


def test_a_receiver_that_is_down_is_spared_affects_no_other_channel_and_catches_up(
    stack: HandoffStack, api: httpx.Client
) -> None:
    titles = [f"{uuid.uuid4()} while it is down" for _ in range(EVENTS)]
    rejected_before = len(stack.receiver.rejected)
    stack.receiver.status = httpx.codes.SERVICE_UNAVAILABLE

    responses = asyncio.run(create_all(stack.api_url, titles))
    assert Counter(response.status_code for response in responses) == {201: EVENTS}
    wait_until(
        lambda: queue_depth(stack),
        "a dead letter per event",
        seconds=TIMEOUT_SECONDS,
        enough=lambda depth: depth == EVENTS,
    )

    once = Counter(titles)
    assert _arrived(stack, titles) == {**dict.fromkeys(KINDS, once), "webhook": Counter()}
    calls = len(stack.receiver.rejected) - rejected_before
    assert FAILURES_TO_OPEN <= calls <= FAILURES_TO_OPEN + WORKERS + PROBES
    dead_letters = read_dead_letters(stack)
    reasons = {each.record.reason for each in dead_letters if each.record}
    assert all(reason.startswith("webhook: ") for reason in reasons)
    assert any("breaker of webhook is open" in reason for reason in reasons)

    restore_channels(stack)
    _replay_until(stack, titles)

    assert _arrived(stack, titles) == dict.fromkeys(KINDS, once)
    assert queue_depth(stack) == 0


# Not the webhook's: instances that have read its secret cache it for minutes.
@pytest.mark.parametrize("kind", ["email", "sms", "push"])
def test_a_permission_missing_for_one_channel_does_not_stop_the_others(
    stack: HandoffStack, api: httpx.Client, kind: str
) -> None:
    title = f"{uuid.uuid4()} without {kind}"

    with without_permission(stack, TARGET, f"may-send-for-{kind}"):
        assert api.post("/tasks", json={"title": title}).status_code == 201
        wait_until(lambda: queue_depth(stack), "a dead letter", seconds=TIMEOUT_SECONDS)
    assert arrivals(stack, title) == {**ONCE_EACH, kind: 0}
    [dead_letter] = read_dead_letters(stack)
    assert dead_letter.record is not None
    assert dead_letter.record.reason.startswith(kind)
    assert "is not authorized to perform" in dead_letter.record.reason

    restore_channels(stack)
    _replay_until(stack, [title])

    assert arrivals(stack, title) == ONCE_EACH
