"""An on-call engineer who knows only the runbook."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Collection, Iterator
from typing import Any

from local.deployed import Deployed
from local.scenario.observe import alarms_by_id, runbook_page
from local.scenario.prerequisites import subscribe_queue
from local.wait import wait_until
from tests.e2e.alarm_watch import AlarmWatch
from tests.e2e.terminal import Terminal
from tests.runbook import commands, words

TIMEOUT_SECONDS = 120

_DONE = (0, 1)
"""Done; or done, and something is still waiting. Usage errors and failed calls have others."""

_NO_RESPONSE = "no response within"

_FROM_OUTPUT = {
    "EVENT_ID": re.compile(r"for example (\S+)"),
    "CIRCUIT": re.compile(r"^(\w+): open", re.MULTILINE),
}
"""What the output of a command provides to the next ones."""

_OFFERED = re.compile(
    r"^  commands (.* --(?:queue|outbox|component) \S+)(?:    # |$)", re.MULTILINE
)
"""The commands that are offered if there are several queues, or outboxes."""


class OnCallEngineer:
    """Is notified of alarms, opens the page that the message names, and runs its commands."""

    def __init__(self, stack: Deployed, terminal: Terminal, watch: AlarmWatch) -> None:
        self.stack = stack
        self.watch = watch
        self.values = {"STACK": "local"}
        self.output = ""
        self.deploy: Callable[[], None] = stack.up
        """What `pulumi up --refresh` does."""

        self._terminal = terminal
        topic = stack.operations["alarmTopicArn"]
        self._queue = subscribe_queue(stack.emulator.client, topic, "on-call")

    def is_notified(self, alarm_id: str, state: str) -> str:
        """Wait for the message that the alarm is in `state`; return the page that it names."""
        name = alarms_by_id(self.stack)[alarm_id]["AlarmName"]

        def poll() -> str:
            self.watch.evaluate()
            for message in self.messages():
                if (message["AlarmName"], message["NewStateValue"]) == (name, state):
                    return str(message["AlarmDescription"])
            return ""

        description = wait_until(
            poll, f"the message that {alarm_id} is {state}", seconds=TIMEOUT_SECONDS
        )
        return runbook_page(description)

    def discards_messages(self) -> None:
        while list(self.messages()):
            pass

    def runs(
        self,
        page: str,
        section: str,
        *,
        skipping: Collection[str] = (),
        exit_codes: Collection[int] = _DONE,
    ) -> None:
        """Run the commands of a page's section, in order.

        `skipping` are parts of those that are for another incident than this one.
        """
        for command in commands(page, section):
            if not any(part in command for part in skipping):
                self._run(words(command, self.values), exit_codes)

    def _run(self, command: list[str], exit_codes: Collection[int]) -> None:
        match command:
            case ["python", "-m", "serverless_ops", *rest]:
                self._run_operation(rest, exit_codes)
            case ["pulumi", "config", "set", *options, path, value, "--stack", "local"]:
                assert options == (["--path"] if "." in path else []), command
                self.stack.deployment.set_config(path, value)
            case ["pulumi", "up", "--refresh", "--stack", "local"]:
                self.deploy()
                self._terminal.use(self.stack)
            case _:
                raise AssertionError(f"cannot run {command} here")

    def _run_operation(self, words: list[str], exit_codes: Collection[int]) -> None:
        # Types it again if a slow machine has not responded in time.
        result = wait_until(
            lambda: self._terminal.run_exactly(*words, replies="y\n"),
            f"a response to {words}",
            seconds=TIMEOUT_SECONDS,
            enough=lambda each: _NO_RESPONSE not in each.output,
        )
        if offered := _OFFERED.findall(result.stderr):
            for number, line in enumerate(offered):
                each = shlex.split(
                    line.replace(self.values["FILE"], f"{self.values['FILE']}{number}")
                )
                self._run_operation(each, exit_codes)
            return
        assert result.exit_code in exit_codes, (words, result.output)
        assert result.exception is None or isinstance(result.exception, SystemExit), words
        self.output = result.output
        for name, pattern in _FROM_OUTPUT.items():
            if found := pattern.search(self.output):
                self.values[name] = found[1]

    def messages(self) -> Iterator[dict[str, Any]]:
        """Receive what has arrived from the alarm topic, each once."""
        sqs = self.stack.client("sqs")
        response = sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10)
        for message in response.get("Messages", []):
            sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
            yield json.loads(json.loads(message["Body"])["Message"])
