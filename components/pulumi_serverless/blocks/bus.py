"""An event bus: whoever has a rule for an event gets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.argument_checks import Matches
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.function import PythonFunction


@dataclass(frozen=True, kw_only=True)
class BusArgs(Arguments):
    """What a bus is for."""

    # https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html
    description: Annotated[str, Matches(r"[^\n]{1,512}", "one line of at most 512 characters")]
    """What its events are about, for those who write rules."""


class Bus(Component):
    """A custom bus of EventBridge, on which functions may put events.

    It keeps nothing: an event that no rule matches is gone. `BusRule` is a rule with a queue. AWS
    encrypts events with a key of its own.
    """

    name: pulumi.Output[str]
    """Physical name of the bus."""

    arn: pulumi.Output[str]
    """ARN for permissions."""

    logical_name: str
    """The name it was created with."""

    def __init__(
        self, name: str, args: BusArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Bus", name, args, opts)
        self.logical_name = name
        bus = aws.cloudwatch.EventBus(
            name, description=args.description, opts=pulumi.ResourceOptions(parent=self)
        )
        self.name = bus.name
        self.arn = bus.arn
        self.register_outputs({"name": self.name, "arn": self.arn})

    def allow_publisher(self, function: PythonFunction) -> aws.iam.RolePolicy:
        """Let `function` put events on the bus, and nothing else.

        Any number of components may request the permission; it is granted once.
        """
        return function.allow_once(
            f"put-on-{self.logical_name}", actions=["events:PutEvents"], resources=[self.arn]
        )
