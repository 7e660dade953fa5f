"""Any program, broken in the ways that every program can be, and as an engineer repairs it."""

from __future__ import annotations

import functools
import json
import uuid
from pathlib import Path
from typing import Any

import yaml

from local.cloudwatch.alarms import Alarm, metric_queries
from local.deployed import Deployed
from local.scenario.observe import runbook_page
from local.wait import wait_until
from tests.e2e.alarm_watch import AlarmWatch
from tests.e2e.on_call import OnCallEngineer
from tests.runbook import DO, LOOK, RESOLVED, commands, placeholders

_ALARM_TYPES = ["MetricAlarm", "CompositeAlarm"]
_SETTING = ["pulumi", "config", "set"]
_RESTORES, _REPLAYS = "pulumi up --refresh", ("dead-letters replay --apply", "dead-letters purge")


class BrokenProgram:
    """A deployed program, of which only its output `operations` is known."""

    def __init__(self, program: Deployed, engineer: OnCallEngineer, folder: Path) -> None:
        self._program = program
        self._engineer = engineer
        self._settings = set(
            yaml.safe_load((folder / "Pulumi.yaml").read_text()).get("config") or ()
        )
        self._watch: AlarmWatch = engineer.watch
        self._removed: dict[tuple[str, str], str] = {}
        """The policies that were removed: role, name, document."""

        self._deployed_with: dict[str, str] | None = None
        """The settings with which deploying the broken program has repaired it, if it has."""

        engineer.deploy = self._deploy

    def pages(self) -> list[str]:
        """The page of each alarm."""
        return sorted({runbook_page(each["AlarmDescription"]) for each in self._alarms()})

    def every_alarm_becomes(self, state: str) -> list[str]:
        """Let an hour pass, in which something broke if it is ALARM; wait until every alarm has
        the state and a message has arrived of each, and return those that have not."""
        self._watch.let_an_hour_pass()
        if state == "ALARM":
            self.breaks()
            for alarm in self._watch.described():
                self._watch.put(alarm, _breaching(alarm))
        expected = {each["AlarmName"] for each in self._alarms() if each.get("AlarmActions")}
        notified: set[str] = set()

        def missing() -> list[str]:
            if state == "OK":
                # An event that was replayed to a target which cannot read it fails once more.
                self._discard_dead_letters()
                self._watch.let_an_hour_pass()
            self._watch.evaluate()
            for message in self._engineer.messages():
                if message["NewStateValue"] == state:
                    notified.add(message["AlarmName"])
            others = [each["AlarmName"] for each in self._alarms() if each["StateValue"] != state]
            return sorted({*others, *(expected - notified)})

        return wait_until(
            missing, f"every alarm to be {state}", seconds=60, enough=lambda names: not names
        )

    def breaks(self) -> None:
        """Remove every permission of the functions by hand, and let an event fail in each
        handoff."""
        iam = self._program.client("iam")
        for role in self._roles:
            for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
                if (role, name) not in self._removed:
                    found = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
                    self._removed[role, name] = json.dumps(found)
                iam.delete_role_policy(RoleName=role, PolicyName=name)
        for queue in self._queues():
            self._fail(queue)

    def types(self, page: str, folder: Path) -> None:
        """Type the page's commands in order, and check what they promise."""
        engineer = self._engineer
        engineer.values["FILE"] = str(folder / f"{page}.jsonl")
        self.breaks()
        assert not any(self._policies().values())
        engineer.runs(page, LOOK, skipping=self._of_others(page))
        engineer.runs(page, DO, skipping=self._of_others(page))
        typed = "\n".join(commands(page, DO))
        if _RESTORES in typed:
            assert all(self._policies().values())
        else:
            self._restore()
        if any(each in typed for each in _REPLAYS):
            assert not self._waiting() & {engineer.values["MESSAGE_ID"]}
        engineer.runs(page, RESOLVED, skipping=self._of_others(page))

    def _deploy(self) -> None:
        """Deploy the broken program; if that has repaired it with these settings, do only what it
        did then."""
        settings = self._program.deployment.config()
        if settings == self._deployed_with:
            self._restore()
            return
        self._program.up()
        self._deployed_with = settings
        self._removed.clear()

    def _restore(self) -> None:
        """Let the next command work, without the seconds that `pulumi up` takes."""
        for (role, name), document in self._removed.items():
            self._program.client("iam").put_role_policy(
                RoleName=role, PolicyName=name, PolicyDocument=document
            )

    def _discard_dead_letters(self) -> None:
        for queue in self._queues():
            self._program.client("sqs").purge_queue(QueueUrl=queue["queueUrl"])

    def _fail(self, queue: dict[str, Any]) -> None:
        """Write what Lambda writes when it gives an event up, or what SQS moves."""
        event_id = str(uuid.uuid4())
        event = {"specversion": "1.0", "id": event_id, "source": "/", "type": "t", "replays": 0}
        record = {
            "requestContext": {"functionArn": queue.get("targetArn"), "requestId": event_id},
            "requestPayload": event,
            "responsePayload": {"errorMessage": "not authorized", "errorType": "ClientError"},
        }
        body = record if queue["kind"] == "invocation" else event
        url = queue["queueUrl"]
        group = {"MessageGroupId": event_id, "MessageDeduplicationId": event_id}
        sent = self._program.client("sqs").send_message(
            QueueUrl=url, MessageBody=json.dumps(body), **(group if url.endswith(".fifo") else {})
        )
        ids = {"EVENT_ID": event_id, "CORRELATION_ID": event_id, "MESSAGE_ID": sent["MessageId"]}
        self._engineer.values.update({**ids, "MEMORY_MB": "512", "CONCURRENCY": "50"})

    @property
    def _has_circuit_breakers(self) -> bool:
        return bool(self._program.operations.get("circuitBreakers"))

    def _queues(self) -> list[dict[str, Any]]:
        """What the program says of each of its dead-letter queues."""
        return list(self._program.operations.get("deadLetters", {}).values())

    def _of_others(self, page: str) -> list[str]:
        """Commands that change settings which this program has not, or need what none has shown."""
        found = []
        for command in commands(page):
            words = command.split()
            setting = words[:3] == _SETTING and words[-4] not in self._settings
            breaker = "circuit-breakers" in words and not self._has_circuit_breakers
            if setting or breaker or placeholders(command) - self._engineer.values.keys():
                found.append(command)
        return found

    def _alarms(self) -> list[dict[str, Any]]:
        described = self._program.client("cloudwatch").describe_alarms(
            AlarmNames=list(self._program.operations["alarms"].values()), AlarmTypes=_ALARM_TYPES
        )
        return [*described["MetricAlarms"], *described["CompositeAlarms"]]

    @functools.cached_property
    def _roles(self) -> list[str]:
        functions = self._program.client("lambda")
        found = [
            functions.get_function_configuration(FunctionName=name)
            for name in self._program.function_names().values()
        ]
        return [each["Role"].rsplit("/", 1)[1] for each in found]

    def _policies(self) -> dict[str, list[str]]:
        iam = self._program.client("iam")
        names = {each: iam.list_role_policies(RoleName=each) for each in self._roles}
        return {role: found["PolicyNames"] for role, found in names.items()}

    def _waiting(self) -> set[str]:
        return {
            message["MessageId"]
            for queue in self._queues()
            for message in self._program.emulator.waiting(queue["queueUrl"].rpartition("/")[2])
        }


def _breaching(alarm: Alarm) -> float:
    """A value of each of its metrics that makes it fire."""
    assert metric_queries(alarm), alarm["AlarmName"]
    threshold = float(alarm["Threshold"])
    return threshold - 1 if "Less" in alarm["ComparisonOperator"] else 10 * threshold + 10
