"""Many clients at once: every task is kept and told of exactly once."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from typing import Any

import httpx

from local.stack import DeployedStack
from local.wait import wait_until

TASKS = 500

# The emulator gives each request and event under way a process of its own, some 50 MB, and
# starting one takes most of a second: more at once only measures this machine.
CONNECTIONS = 8
CLIENT_TRIES = 5


async def _create_all(api_url: str, titles: list[str]) -> list[httpx.Response]:
    limits = httpx.Limits(max_connections=CONNECTIONS)
    async with httpx.AsyncClient(
        base_url=api_url, trust_env=False, timeout=120, limits=limits
    ) as api:
        return await asyncio.gather(*(_create(api, title) for title in titles))


async def _create(api: httpx.AsyncClient, title: str) -> httpx.Response:
    """Create a task as a careful client does: with a key, and again when told to come back."""
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    for _ in range(CLIENT_TRIES):
        answer = await api.post("/tasks", json={"title": title}, headers=headers)
        if answer.status_code not in (502, 503):
            break
    return answer


def _every_page(api: httpx.Client) -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 100}
    while True:
        answer = api.get("/tasks", params=query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        tasks += page["items"]
        if "nextCursor" not in page:
            return tasks
        query["cursor"] = page["nextCursor"]


def test_every_task_of_a_burst_is_stored_listed_and_told_of_once(
    stack: DeployedStack, api: httpx.Client
) -> None:
    burst = uuid.uuid4()
    titles = [f"{burst} number {number}." for number in range(TASKS)]

    # The first few start the functions; a burst on cold ones would start many times as many.
    answers = asyncio.run(_create_all(stack.api_url, titles[:CONNECTIONS]))
    _emails_about(stack, burst, CONNECTIONS)
    answers += asyncio.run(_create_all(stack.api_url, titles[CONNECTIONS:]))

    assert Counter(answer.status_code for answer in answers) == {201: TASKS}
    created = Counter(answer.json()["id"] for answer in answers)
    assert len(created) == TASKS

    emails = _emails_about(stack, burst, TASKS)
    told = Counter(title for email in emails for title in titles if title in _words(email))
    assert told == Counter(titles)
    # Only now: the list answers slowly while the emulator is busy with the notifications.
    listed = Counter(task["id"] for task in _every_page(api) if str(burst) in task["title"])
    assert listed == created


def _emails_about(stack: DeployedStack, burst: uuid.UUID, count: int) -> list[dict[str, Any]]:
    return wait_until(
        lambda: [email for email in stack.emails() if str(burst) in _words(email)],
        f"{count} e-mails",
        seconds=180,
        enough=lambda sent: len(sent) >= count,
    )


def _words(email: dict[str, Any]) -> str:
    return f"{email['Subject']}\n{email['BodyText']}"
