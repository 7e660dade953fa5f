"""This repository's program, deployed to an emulator of its own: for the tour, chaos and tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from local.cloudwatch.publisher import publishing_metrics
from local.deployed import RETRY_BASE_SECONDS, Deployed, running_instance
from local.deployment import Deployment
from local.emulator.start import Emulator, free_port
from local.instance import ROOT
from local.program.project import read_project
from local.scenario.prerequisites import local_channels, phone_queue, prerequisites
from local.scenario.receiver import WebhookReceiver


class HandoffStack(Deployed):
    """The program in the emulator, by the names of its one handoff and its two services."""

    def __init__(
        self, emulator: Emulator, deployment: Deployment, receiver: WebhookReceiver
    ) -> None:
        super().__init__(emulator, deployment)
        self.receiver = receiver
        """Where the webhooks of the stack are posted to."""

    @property
    def api_url(self) -> str:
        """The URL of the API, without a trailing slash."""
        return str(self.outputs["apiUrl"])

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

    def pushes(self, platform: str) -> list[dict[str, Any]]:
        """Push notifications to the phone of a platform ("APNS", "GCM"), oldest first.

        Each has Body, the part of the message that is for the platform, and MessageAttributes.
        """
        return self.emulator.waiting(phone_queue(platform))


@contextmanager
def handoff_stack(
    kind: str,
    *,
    retry_base_seconds: float = RETRY_BASE_SECONDS,
    only: str | None = None,
    settings: Mapping[str, str] | None = None,
    proxy_port: int | None = None,
    watched: bool = True,
    function_python: Path | None = None,
) -> Iterator[HandoffStack]:
    """The program deployed while the block runs, with what a team has outside the stack.

    `only` leaves out all channels except those of one kind, `function_python` runs the functions;
    the rest is as `deployed` has it.
    """
    with (
        running_instance(
            kind,
            retry_base_seconds=retry_base_seconds,
            proxy_port=proxy_port,
            function_python=function_python,
        ) as emulator,
        prerequisites(emulator, free_port()) as receiver,
    ):
        channels = {"channels": local_channels(receiver.url, only)}
        deployment = Deployment(
            emulator.client, read_project(ROOT), settings={**channels, **(settings or {})}
        )
        stack = HandoffStack(emulator, deployment, receiver)
        stack.up()
        with publishing_metrics(emulator.client) if watched else nullcontext():
            yield stack
