"""Somebody on call who knows the runbook only."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from local.outside import queue_open_to
from local.stack import DeployedStack
from local.wait import wait_until
from tests.e2e.operator import Terminal
from tests.runbook import BY_PULUMI, commands, words

PATIENCE_SECONDS = 240


class Newcomer:
    """Hears of alarms, opens the runbook where the message says, and types what stands there."""

    def __init__(self, stack: DeployedStack, terminal: Terminal) -> None:
        self.stack = stack
        self.values = {"STACK": "local"}
        self.said = ""
        self.by_pulumi: Callable[[], None] = lambda: None
        self._terminal = terminal
        self._arn = queue_open_to(stack.emulator.client, stack.outputs["alarmTopicArn"], "newcomer")
        self._queue = stack.client("sqs").get_queue_url(QueueName="newcomer")["QueueUrl"]
        stack.client("sns").subscribe(
            TopicArn=stack.outputs["alarmTopicArn"], Protocol="sqs", Endpoint=self._arn
        )

    def is_told_of(self, kind: str) -> str:
        """Wait for the message; return the section that it names."""
        name = self.stack.outputs["alarmNames"][kind]

        def look() -> str:
            for told in self._messages():
                if (told["AlarmName"], told["NewStateValue"]) == (name, "ALARM"):
                    return str(told["AlarmDescription"])
            return ""

        message = wait_until(look, f"the message of {kind}", seconds=PATIENCE_SECONDS)
        [section] = re.findall(r"docs/runbook\.md#([a-z-]+)$", message)
        return str(section)

    def forget_messages(self) -> None:
        while list(self._messages()):
            pass

    def types_what_stands_in(self, section: str, *only: str) -> None:
        """Type the section's commands, in their order; with `only`, those that have one of it."""
        for command in commands(section):
            if only and not any(part in command for part in only):
                continue
            if command == BY_PULUMI:
                self.by_pulumi()
                continue
            result = self._terminal.types_exactly(*words(command, **self.values), answers="y\n")
            assert result.exit_code in (0, 1), (command, result.output)
            self.said = result.output

    def sees_it_end(self, kind: str) -> None:
        """Look at the status until the alarm is over."""

        def state() -> str:
            seen = json.loads(self._terminal.types("status", "--json").stdout)
            return str(seen["alarms"][kind])

        wait_until(
            state, f"{kind} to end", seconds=PATIENCE_SECONDS, enough=lambda seen: seen == "OK"
        )

    def _messages(self) -> Iterator[dict[str, Any]]:
        sqs = self.stack.client("sqs")
        answer = sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
            yield json.loads(json.loads(message["Body"])["Message"])
