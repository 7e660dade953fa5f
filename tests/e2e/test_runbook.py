"""Every command of the runbook runs as it stands, on a stack that has something to show."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from local.stack import DeployedStack
from local.tour.observe import queue_depth
from local.wait import wait_until
from tests.e2e.operator import Terminal
from tests.e2e.test_poison import hand_over_poison
from tests.runbook import BY_PULUMI, commands, sections, words

ANSWERED = (0, 1)
"""Done; or done, and something waits still. Wrong usage and what cannot be reached are others."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    stack: DeployedStack
    terminal: Terminal
    correlation_id: str

    def poison(self) -> str:
        """A dead letter that somebody can show, trace and purge; its event id."""
        self.stack.client("sqs").purge_queue(QueueUrl=self.stack.outputs["deadLetterQueueUrl"])
        event_id = hand_over_poison(self.stack)
        wait_until(lambda: queue_depth(self.stack), "a dead letter", seconds=60)
        return event_id


@pytest.fixture(scope="module")
def scene(
    stack: DeployedStack, api: httpx.Client, tmp_path_factory: pytest.TempPathFactory
) -> Scene:
    answer = api.post("/tasks", json={"title": "For the runbook"})
    return Scene(
        stack=stack,
        terminal=Terminal(stack, tmp_path_factory.mktemp("runbook")),
        correlation_id=answer.headers["X-Correlation-Id"],
    )


@pytest.mark.parametrize("section", sections())
def test_every_command_of_a_section_runs(section: str, scene: Scene, tmp_path: Path) -> None:
    values = {
        "STACK": "local",
        "CORRELATION_ID": scene.correlation_id,
        "CHANNEL": "webhook",
        "FILE": str(tmp_path / "saved.jsonl"),
        "EVENT_ID": scene.poison(),
    }
    for command in commands(section):
        if command == BY_PULUMI:
            continue
        result = scene.terminal.types_exactly(*words(command, **values), answers="y\n")

        assert result.exit_code in ANSWERED, (command, result.output)
        assert result.exception is None or isinstance(result.exception, SystemExit), command
