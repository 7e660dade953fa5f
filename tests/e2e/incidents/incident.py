"""What a trouble is, and where it happens."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import httpx

from local.scenario.observe import arrivals, queue_depth
from local.scenario.tour.tour import ONCE_EACH
from local.stack import DeployedStack
from local.wait import wait_until
from pulumi_serverless.blocks.monitoring.alarm_kind import AlarmKind
from tests.e2e.on_call import PATIENCE_SECONDS, Newcomer


@dataclass
class Scene:
    """A stack with somebody on call beside it."""

    newcomer: Newcomer
    api: httpx.Client
    titles: list[str] = field(default_factory=list)
    """Of the tasks that were created."""

    @property
    def stack(self) -> DeployedStack:
        return self.newcomer.stack

    def creates_a_task(self) -> httpx.Response:
        """Create a task as a client does, who keeps the correlation id for a complaint."""
        title = f"In trouble {uuid.uuid4()}"
        answer = self.api.post("/tasks", json={"title": title})
        self.newcomer.values["CORRELATION_ID"] = answer.headers["X-Correlation-Id"]
        if answer.is_success:
            self.titles.append(title)
        return answer

    def everybody_was_told(self) -> None:
        """Wait until each task has been told of once on each channel."""
        wait_until(
            lambda: [arrivals(self.stack, title) for title in self.titles],
            "one message on each channel",
            seconds=PATIENCE_SECONDS,
            enough=lambda seen: all(each == ONCE_EACH for each in seen),
        )

    def waits_for_dead_letters(self, count: int) -> None:
        """Wait until that many events were given up and are kept."""
        wait_until(
            lambda: queue_depth(self.stack),
            f"{count} dead letters",
            seconds=PATIENCE_SECONDS,
            enough=lambda depth: depth == count,
        )

    def function(self, operation: str) -> dict[str, Any]:
        """A function's configuration, as Lambda has it now."""
        found: dict[str, Any] = self.stack.client("lambda").get_function_configuration(
            FunctionName=self.stack.function_names()[operation]
        )
        return found

    def wants_twice_the_memory(self, operation: str) -> None:
        """Note it as what the one on call is to set."""
        self.newcomer.values["MEMORY_MB"] = str(2 * self.function(operation)["MemorySize"])

    def has_less_than_wanted(self, operation: str) -> bool:
        """Whether a function still has less memory."""
        return bool(self.function(operation)["MemorySize"] < int(self.newcomer.values["MEMORY_MB"]))


def _nothing(_: Scene) -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One thing that goes wrong, which the section of its alarm ends."""

    name: str
    """A test's; a sentence's end."""

    kind: AlarmKind

    begins: Callable[[Scene], None]

    lasts: Callable[[Scene], bool]
    """Whether it is still there: looked at in the stack, never remembered."""

    counted: float | None = None
    """What AWS counts for the alarm while it lasts; None if the emulator does all of it."""

    begins_counted: bool = False
    """Whether the emulator counts it when it begins; afterwards `counted` is put."""

    looking_fails: bool = False
    """Whether something cannot be reached that a command looks at."""

    outside: Callable[[Scene], None] = _nothing
    """What the section has one mend outside AWS."""

    but: Collection[str] = ()
    """Parts of those commands of the section that are for other troubles."""

    afterwards: Callable[[Scene], None] = _nothing
    """Fails unless people notice it no more."""
