"""The whole program, deployed to its own emulator: for the tour, `up` and the tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

from local.cloudwatch.publisher import publishing_metrics
from local.deployment import Deployment
from local.emulator.start import Emulator, free_port, running_emulator
from local.instance import Instance, sweep_leftovers
from local.scenario.prerequisites import (
    create_prerequisites,
    local_channels,
    phone_queue,
)
from local.scenario.receiver import WebhookReceiver, running_receiver

RETRY_BASE_SECONDS = 0.5


@dataclass(frozen=True)
class DeployedStack:
    """The program in the emulator."""

    outputs: dict[str, Any]
    """The stack's outputs, as `pulumi stack output` would print them."""

    emulator: Emulator

    receiver: WebhookReceiver
    """Where the webhooks of the stack are posted to."""

    deployment: Deployment
    """What deployed it, and can do so again."""

    def redeployed(self) -> DeployedStack:
        """The stack after `pulumi up --refresh`; its outputs may differ."""
        return replace(self, outputs=self.deployment.up())

    @property
    def api_url(self) -> str:
        """The URL of the API, without a trailing slash."""
        return str(self.outputs["apiUrl"])

    @property
    def operations(self) -> dict[str, Any]:
        """The program's output `operations`: alarms, functions, queues, tables."""
        operations: dict[str, Any] = self.outputs["operations"]
        return operations

    @property
    def dead_letter_queue_url(self) -> str:
        """The queue of the one handoff."""
        [dead_letters] = self.operations["deadLetters"].values()
        return str(dead_letters["queueUrl"])

    @property
    def target_arn(self) -> str:
        """The function that the one handoff invokes."""
        [dead_letters] = self.operations["deadLetters"].values()
        return str(dead_letters["targetArn"])

    @property
    def outbox_table(self) -> str:
        """The table of the one handoff."""
        [outbox] = self.operations["outboxes"].values()
        return str(outbox["tableName"])

    @property
    def deliveries_table(self) -> str:
        """The table of the one service that delivers."""
        [deliveries] = self.operations["deliveries"].values()
        return str(deliveries["tableName"])

    def client(self, service: str) -> Any:
        """A boto3 client of the emulator with all permissions."""
        return self.emulator.client(service)

    def pushes(self, platform: str) -> list[dict[str, Any]]:
        """Push notifications to the phone of a platform ("APNS", "GCM"), oldest first.

        Each has Body, the part of the message that is for the platform, and MessageAttributes.
        """
        return self.emulator.waiting(phone_queue(platform))

    def function_names(self) -> dict[str, str]:
        """Physical names of the functions by their logical names, e.g. "tasks-create-task"."""
        names: dict[str, str] = self.operations["functions"]
        return names


@contextmanager
def deployed_stack(
    kind: str,
    port: int | None = None,
    *,
    retry_base_seconds: float = RETRY_BASE_SECONDS,
    only: str | None = None,
    settings: Mapping[str, str] | None = None,
    watched: bool = True,
) -> Iterator[DeployedStack]:
    """The program deployed on `port` while the block runs, and its webhook receiver on the next.

    Both are free ports if `port` is None. `only` leaves out all channels except those of one kind;
    `settings` override those of the local stack, as text. `watched` publishes metrics and evaluates
    the alarms each second, which costs the emulator more with every datapoint; a caller that sets
    it to False does so itself, at its own time, or measures without it.

    `kind` names the instance together with the port. What earlier runs of the kind left behind
    when they were killed is cleaned up first. Raises InstanceInUseError, EmulatorError, and
    whatever the program raises.
    """
    sweep_leftovers(f"{kind}-")
    port, receiver_port = (free_port(), free_port()) if port is None else (port, port + 1)
    with (
        Instance(f"{kind}-{port}").owned() as instance,
        running_receiver(receiver_port, instance.directory) as receiver,
        running_emulator(
            instance,
            port,
            retry_base_seconds=retry_base_seconds,
            trusted_authority=receiver.authority_file,
        ) as emulator,
    ):
        create_prerequisites(emulator.client)
        channels = local_channels(receiver.url, only)
        deployment = Deployment(emulator.client, {"channels": channels, **(settings or {})})
        outputs = deployment.up()
        with publishing_metrics(emulator.client) if watched else nullcontext():
            yield DeployedStack(outputs, emulator, receiver, deployment)
