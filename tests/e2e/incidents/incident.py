"""What an incident is, and where it happens."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import httpx

from local.scenario.handoff_stack import HandoffStack
from local.scenario.observe import ONCE_EACH, arrivals, queue_depth
from local.wait import wait_until
from tests.e2e.on_call import TIMEOUT_SECONDS, OnCallEngineer


@dataclass
class Scenario:
    """A stack, its clients, and the engineer on call."""

    stack: HandoffStack
    engineer: OnCallEngineer
    api: httpx.Client
    titles: list[str] = field(default_factory=list)
    """Of the tasks that were created."""

    def creates_a_task(self) -> httpx.Response:
        """Create a task as a client does that keeps the correlation id for a complaint."""
        title = f"During an incident {uuid.uuid4()}"
        response = self.api.post("/tasks", json={"title": title})
        self.engineer.values["CORRELATION_ID"] = response.headers["X-Correlation-Id"]
        if response.is_success:
            self.titles.append(title)
        return response

    def everything_was_delivered(self) -> None:
        """Wait until each task's notification has arrived once on each channel."""
        wait_until(
            lambda: [arrivals(self.stack, title) for title in self.titles],
            "one message on each channel",
            seconds=TIMEOUT_SECONDS,
            enough=lambda seen: all(each == ONCE_EACH for each in seen),
        )

    def waits_for_dead_letters(self, count: int) -> None:
        """Wait until that many events are dead letters."""
        wait_until(
            lambda: queue_depth(self.stack),
            f"{count} dead letters",
            seconds=TIMEOUT_SECONDS,
            enough=lambda depth: depth == count,
        )

    def function(self, name: str) -> dict[str, Any]:
        """A function's configuration, as Lambda has it now."""
        found: dict[str, Any] = self.stack.client("lambda").get_function_configuration(
            FunctionName=self.stack.function_names()[name]
        )
        return found

    def needs_twice_the_memory(self, function: str) -> None:
        """Let the engineer choose that as the new setting."""
        self.engineer.values["MEMORY_MB"] = str(2 * self.function(function)["MemorySize"])

    def has_too_little_memory(self, function: str) -> bool:
        """Whether a function still has less than the engineer chose."""
        return bool(self.function(function)["MemorySize"] < int(self.engineer.values["MEMORY_MB"]))


def _nothing(_: Scenario) -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class Incident:
    """One failure, which the commands of its alarm's runbook page resolve."""

    name: str

    alarm_id: str
    """The alarm that fires, by the name of its page."""

    begin: Callable[[Scenario], None]

    persists: Callable[[Scenario], bool]
    """Whether it is still there: read from the stack, never remembered."""

    datapoint: float | None = None
    """The value of the alarm's metric while it persists; None if the emulator publishes all."""

    published_at_first: bool = False
    """Whether the emulator publishes the first datapoint; afterwards `datapoint` is put."""

    looking_fails: bool = False
    """Whether a command of "Where to look" cannot reach something."""

    fix_outside_aws: Callable[[Scenario], None] = _nothing
    """The fix outside AWS that the page requires."""

    skipping: Collection[str] = ()
    """Parts of those commands of the page that are for other incidents."""

    afterwards: Callable[[Scenario], None] = _nothing
    """Fails unless clients and people no longer notice it."""
