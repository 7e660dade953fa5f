"""Somebody on call who knows the runbook only."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import Any

from local.scenario.prerequisites import subscribe_queue
from local.stack import DeployedStack
from local.wait import wait_until
from tests.e2e.alarm_watch import AlarmWatch
from tests.e2e.terminal import Terminal
from tests.runbook import commands, words

PATIENCE_SECONDS = 120

_DONE = (0, 1)
"""Done; or done, and something waits still. Wrong usage and what cannot be reached are others."""

_LEARNT = {
    "EVENT_ID": re.compile(r"for example (\S+)"),
    "CHANNEL": re.compile(r"^(\w+): open", re.MULTILINE),
}
"""What the output of a command gives to the next ones."""


class Newcomer:
    """Hears of alarms, opens the runbook where the message says, and types what stands there."""

    def __init__(self, stack: DeployedStack, terminal: Terminal, watch: AlarmWatch) -> None:
        self.stack = stack
        self.watch = watch
        self.values = {"STACK": "local"}
        self.said = ""
        self._terminal = terminal
        topic = stack.outputs["alarmTopicArn"]
        self._queue = subscribe_queue(stack.emulator.client, topic, "newcomer")

    def is_told(self, kind: str, state: str) -> str:
        """Look until the message comes that the alarm is in `state`; return the section it names.

        The section is read from the end of the message.
        """
        name = self.stack.outputs["alarmNames"][kind]

        def look() -> str:
            self.watch.look()
            for told in self._messages():
                if (told["AlarmName"], told["NewStateValue"]) == (name, state):
                    return str(told["AlarmDescription"])
            return ""

        message = wait_until(look, f"the message that {kind} is {state}", seconds=PATIENCE_SECONDS)
        [section] = re.findall(r"What to do: docs/runbook\.md#([a-z-]+)$", message)
        return str(section)

    def forgets_messages(self) -> None:
        while list(self._messages()):
            pass

    def types(
        self, section: str, part: str, *, but: Collection[str] = (), done: Collection[int] = _DONE
    ) -> None:
        """Type the commands of a section's part, in their order.

        `but` are parts of those that are for another case than this one. The exit codes are `done`.
        """
        for command in commands(section, part):
            if not any(other in command for other in but):
                self._types(words(command, self.values), done)

    def _types(self, typed: list[str], done: Collection[int]) -> None:
        match typed:
            case ["python", "-m", "ops", *rest]:
                result = self._terminal.types_exactly(*rest, answers="y\n")
                assert result.exit_code in done, (rest, result.output)
                assert result.exception is None or isinstance(result.exception, SystemExit), rest
                self.said = result.output
                for name, learnt in _LEARNT.items():
                    if found := learnt.search(self.said):
                        self.values[name] = found[1]
            case ["pulumi", "config", "set", *options, path, value, "--stack", "local"]:
                assert options == (["--path"] if "." in path else []), typed
                self.stack.deployment.set_config(path, value)
            case ["pulumi", "up", "--refresh", "--stack", "local"]:
                self.stack = self.stack.redeployed()
                self._terminal.is_beside(self.stack)
            case _:
                raise AssertionError(f"nobody here can type {typed}")

    def _messages(self) -> Iterator[dict[str, Any]]:
        sqs = self.stack.client("sqs")
        answer = sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
            yield json.loads(json.loads(message["Body"])["Message"])
