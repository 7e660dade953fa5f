"""An operator of alarms, and a CloudWatch that notifies the topic as AWS does."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any

from click.testing import CliRunner, Result

from serverless_ops.alarms.alarm_state import read_alarms
from serverless_ops.cli import commands
from serverless_ops.context import Context
from tests.ops.fakes import Overriding, aws_client, ended, stack_outputs


def put_alarm(cloudwatch: Any, name: str, topic_arn: str, state: str = "OK") -> None:
    """An alarm that notifies the topic."""
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="n",
        MetricName="m",
        Period=60,
        Statistic="Sum",
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        AlarmActions=[topic_arn],
    )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="a test")


@dataclass
class OnCall:
    """Types `verify-alarms` for a stack whose topic has a confirmed subscriber."""

    cloudwatch: Any = field(default_factory=lambda: aws_client("cloudwatch"))
    sns: Any = field(default_factory=lambda: aws_client("sns"))
    sqs: Any = field(default_factory=lambda: aws_client("sqs"))
    alarms: dict[str, str] = field(default_factory=dict)
    delays: dict[str, float] = field(default_factory=dict)
    """Seconds after which the notification of an alarm arrives; at once if there are none."""

    composites: list[str] = field(default_factory=list)
    """Logical names of composite alarms without actions, which moto does not have."""

    interrupted: tuple[str, int] = ("", 0)
    """The operation after whose first call a signal arrives, and which."""

    outputs: dict[str, Any] = field(default_factory=dict)
    fired: list[str] = field(default_factory=list)
    seconds: float = 0

    def __post_init__(self) -> None:
        self.topic_arn: str = self.sns.create_topic(Name="alarms")["TopicArn"]
        self._due: list[tuple[float, str]] = []
        self.url: str = self.sqs.create_queue(QueueName="on-call")["QueueUrl"]
        endpoint = self.topic_arn.replace(":sns:", ":sqs:").replace(":alarms", ":on-call")
        self.sns.subscribe(TopicArn=self.topic_arn, Protocol="sqs", Endpoint=endpoint)

    def add(self, name: str, state: str = "OK") -> None:
        """Deploy an alarm of this logical name."""
        self.alarms[name] = f"dev-{name}"
        put_alarm(self.cloudwatch, f"dev-{name}", self.topic_arn, state)

    def types(self, *words: str, replies: str | None = None) -> Result:
        """Run `verify-alarms WORDS`."""
        sections = {"alarmTopicArn": self.topic_arn, "alarms": self.alarms, **self.outputs}
        cloudwatch = Overriding(
            self.cloudwatch,
            set_alarm_state=self._set_alarm_state,
            describe_alarms=self._describe_alarms,
        )
        clients = {"cloudwatch": cloudwatch, "sns": self.sns, "sqs": self.sqs}
        context = Context(
            client=lambda service, _: self._interrupting(clients[service]),
            run=lambda _: ended(0, stack_outputs(**sections)),
            clock=self._clock,
            poll_seconds=0,
        )
        command = ["verify-alarms", "--stack", "dev", *words]
        return CliRunner().invoke(commands, command, obj=context, input=replies)

    def states(self) -> dict[str, str]:
        """The state of each alarm."""
        return {each.name: each.state for each in read_alarms(self.cloudwatch, self.alarms)}

    def received(self) -> list[str]:
        """The alarms of which the subscriber has been notified."""
        found = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
        bodies = [json.loads(message["Body"]) for message in found.get("Messages", [])]
        return sorted(json.loads(body["Message"])["AlarmName"] for body in bodies)

    def has_left_nothing(self) -> bool:
        """Whether only the subscriber is subscribed, and there is no other queue."""
        subscriptions = self.sns.list_subscriptions()["Subscriptions"]
        return len(subscriptions) == 1 and self.sqs.list_queues()["QueueUrls"] == [self.url]

    def _set_alarm_state(self, **arguments: Any) -> None:
        self.cloudwatch.set_alarm_state(**arguments)
        name = arguments["AlarmName"]
        if arguments["StateValue"] == "ALARM":
            self.fired.append(name)
            self._due.append((self.seconds + self.delays.get(name, 0), name))
            self._notify()

    def _describe_alarms(self, **arguments: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.cloudwatch.describe_alarms(**arguments)
        names = [name for each, name in self.alarms.items() if each in self.composites]
        state = {"StateValue": "OK", "ActionsEnabled": True, "AlarmActions": []}
        return {**found, "CompositeAlarms": [{"AlarmName": name, **state} for name in names]}

    def _interrupting(self, client: Any) -> Any:
        operation, number = self.interrupted
        if not hasattr(client, operation):
            return client

        def interrupted(**arguments: Any) -> Any:
            response = getattr(client, operation)(**arguments)
            if self.interrupted[0]:
                self.interrupted = ("", 0)
                os.kill(os.getpid(), number)
            return response

        return Overriding(client, **{operation: interrupted})

    def _clock(self) -> float:
        """A second later each time."""
        self.seconds += 1
        self._notify()
        return self.seconds

    def _notify(self) -> None:
        for due in [each for each in self._due if each[0] <= self.seconds]:
            self._due.remove(due)
            message = {"AlarmName": due[1], "NewStateValue": "ALARM"}
            self.sns.publish(TopicArn=self.topic_arn, Message=json.dumps(message))
