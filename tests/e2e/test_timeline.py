"""One id leads to the whole timeline of a notification, without personal data in it.

One event goes through everything: it is not handed off at once, relayed, retried, dead-lettered,
replayed and delivered.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest

from local.scenario.handoff_stack import HandoffStack
from local.scenario.observe import emails_about, queue_depth, raw_log
from local.wait import wait_until
from tests.e2e.permissions import without_permission
from tests.e2e.terminal import Terminal

SENDER = "tasks@example.com"
TIMEOUT_SECONDS = 180


@dataclass(frozen=True, kw_only=True)
class Journey:
    title: str
    correlation_id: str
    task_id: str


@pytest.fixture(scope="module")
def terminal(stack: HandoffStack, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    return Terminal(stack, tmp_path_factory.mktemp("local"))


@pytest.fixture(scope="module")
def journey(stack: HandoffStack, api: httpx.Client, terminal: Terminal) -> Journey:
    title, correlation_id = f"Nobody may read {uuid.uuid4()}", f"complaint-{uuid.uuid4()}"
    with _no_sender(stack), without_permission(stack, "tasks-create-task", "hand-off"):
        created = api.post(
            "/tasks", json={"title": title}, headers={"X-Correlation-Id": correlation_id}
        )
        assert created.status_code == 201
    with _no_sender(stack):
        wait_until(lambda: queue_depth(stack), "a dead letter", seconds=TIMEOUT_SECONDS)
    replay = terminal.run("dead-letters", "replay", "--apply")
    assert replay.exit_code == 0, replay.output
    wait_until(lambda: emails_about(stack, title), "the email", seconds=TIMEOUT_SECONDS)
    return Journey(title=title, correlation_id=correlation_id, task_id=created.json()["id"])


@contextmanager
def _no_sender(stack: HandoffStack) -> Iterator[None]:
    ses = stack.client("sesv2")
    ses.delete_email_identity(EmailIdentity=SENDER)
    try:
        yield
    finally:
        ses.create_email_identity(EmailIdentity=SENDER)


@pytest.mark.parametrize("known", ["correlation_id", "task_id", "event_id"])
def test_any_one_id_leads_to_the_whole_timeline(
    journey: Journey, terminal: Terminal, known: str
) -> None:
    first = json.loads(terminal.run("trace", journey.correlation_id, "--json").stdout)
    [event_id] = first["events"]
    requested = {**vars(journey), "event_id": event_id}[known]

    result = terminal.run("trace", requested, "--json")

    assert result.exit_code == 0, result.output
    timeline = json.loads(result.stdout)
    steps = [(step["where"], step["what"]) for step in timeline["steps"]]
    milestones = [
        ("tasks-create-task", "handoff "),
        ("tasks-create-task", "POST /tasks returned 201"),
        ("task-events-relay", "handed off"),
        ("notifications-send-notification", "email: not delivered: SES rejected the message"),
        ("notifications-send-notification", "webhook: notification sent"),
        ("replay", "replayed from the dead-letter queue (replay 1)"),
        ("notifications-send-notification", "webhook: duplicate event skipped"),
        ("notifications-send-notification", "email: notification sent as"),
    ]
    for where, words in milestones:
        assert any(where == at and what.startswith(words) for at, what in steps), (
            where,
            words,
            steps,
        )
    failed = [what for _, what in steps if what.startswith("email: not delivered")]
    assert len(failed) == 3
    timestamps = [step["at"] for step in timeline["steps"]]
    assert timestamps == sorted(timestamps)
    assert list(timeline["events"]) == [event_id]
    assert timeline["events"][event_id].startswith("delivered by ")
    assert journey.title not in result.stdout


def test_no_line_of_any_log_holds_a_title_or_an_address(
    stack: HandoffStack, journey: Journey
) -> None:
    lines = [line for name in stack.function_names() for line in raw_log(stack, name)]

    assert any("SES rejected the message" in line for line in lines)
    for text in (
        "Nobody may read",
        journey.title[-12:],
        "team@example.com",
        SENDER,
        "447700900123",
    ):
        assert [line for line in lines if text in line] == []


def test_an_unknown_id_is_exit_code_1(terminal: Terminal, journey: Journey) -> None:
    result = terminal.run("trace", str(uuid.uuid4()))

    assert result.exit_code == 1
    assert "nothing is known about" in result.stderr
