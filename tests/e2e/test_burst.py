"""Many clients at once: every task is stored, and its notification sent exactly once."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from typing import Any

import httpx

from local.scenario.handoff_stack import HandoffStack
from local.wait import wait_until

TASKS = 500


async def create_all(api_url: str, titles: list[str]) -> list[httpx.Response]:
    """Send every request at once, each on its own connection."""
    limits = httpx.Limits(max_connections=len(titles))
    async with httpx.AsyncClient(
        base_url=api_url, trust_env=False, timeout=120, limits=limits
    ) as api:
        return await asyncio.gather(*(api.post("/tasks", json={"title": t}) for t in titles))


def _every_page(api: httpx.Client) -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 100}
    while True:
        response = api.get("/tasks", params=query)
        assert response.status_code == 200, response.text
        page = response.json()
        tasks += page["items"]
        if "nextCursor" not in page:
            return tasks
        query["cursor"] = page["nextCursor"]


def test_every_task_of_a_burst_is_stored_listed_and_notified_once(
    stack: HandoffStack, api: httpx.Client
) -> None:
    burst = uuid.uuid4()
    titles = [f"{burst} number {number}." for number in range(TASKS)]

    responses = asyncio.run(create_all(stack.api_url, titles))

    assert Counter(response.status_code for response in responses) == {201: TASKS}
    created = Counter(response.json()["id"] for response in responses)
    assert len(created) == TASKS

    emails = _emails_about(stack, burst)
    notified = Counter(title for email in emails for title in titles if title in _words(email))
    assert notified == Counter(titles)
    listed = Counter(task["id"] for task in _every_page(api) if str(burst) in task["title"])
    assert listed == created


def _emails_about(stack: HandoffStack, burst: uuid.UUID) -> list[dict[str, Any]]:
    return wait_until(
        lambda: [email for email in stack.emulator.emails() if str(burst) in _words(email)],
        f"{TASKS} emails",
        seconds=180,
        enough=lambda sent: len(sent) >= TASKS,
    )


def _words(email: dict[str, Any]) -> str:
    return f"{email['Subject']}\n{email['BodyText']}"
