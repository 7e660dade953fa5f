"""An event that cannot be delivered is kept, reported and replayed; nothing is lost."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

import httpx
import pytest

from local.scenario.handoff_stack import HandoffStack
from local.scenario.observe import depth_alarm, emails_about, queue_depth
from local.scenario.replay_dead_letters import read_dead_letters, replay_dead_letters
from local.wait import wait_until

SENDER = "tasks@example.com"

WATCHED = True


@pytest.fixture
def broken_channel(stack: HandoffStack) -> Iterator[None]:
    stack.client("sesv2").delete_email_identity(EmailIdentity=SENDER)
    yield
    _restore_sender(stack)


def _restore_sender(stack: HandoffStack) -> None:
    ses = stack.client("sesv2")
    known = {each["IdentityName"] for each in ses.list_email_identities()["EmailIdentities"]}
    if SENDER not in known:
        ses.create_email_identity(EmailIdentity=SENDER)


@pytest.mark.usefixtures("broken_channel")
def test_a_failed_event_is_kept_reported_and_replayed(
    stack: HandoffStack, api: httpx.Client
) -> None:
    title = f"Not sent at first {uuid.uuid4()}"
    assert api.post("/tasks", json={"title": title}).status_code == 201

    wait_until(lambda: queue_depth(stack), "a dead letter", seconds=30)
    (dead_letter,) = read_dead_letters(stack)
    assert dead_letter.record is not None
    assert json.loads(dead_letter.record.payload)["data"]["title"] == title
    assert "MessageRejected" in dead_letter.record.reason
    assert dead_letter.record.attempts == 3
    wait_until(
        lambda: depth_alarm(stack)["StateValue"],
        "the alarm to fire",
        seconds=15,
        enough=lambda state: state == "ALARM",
    )

    _restore_sender(stack)
    replayed = replay_dead_letters(stack)

    assert len(replayed) == 1
    (email,) = wait_until(lambda: emails_about(stack, title), "the email", seconds=15)
    assert dead_letter.event_id in email["BodyText"]
    assert queue_depth(stack) == 0
    wait_until(
        lambda: depth_alarm(stack)["StateValue"],
        "the alarm to resolve",
        seconds=30,
        enough=lambda state: state == "OK",
    )
