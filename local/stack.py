"""The whole program, deployed to an emulator of its own. The tour, `up` and the tests use it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from local.clients import Clients
from local.emulator import Emulator, free_port, running_emulator
from local.instance import ROOT, Instance, sweep_leftovers
from local.metrics import publishing_metrics
from local.monitor import run_program
from local.outside import channels_here, make_outside, phone_queue, webhook_secret
from local.provider import EmulatorProvider
from local.receiver import WebhookReceiver, running_receiver
from local.stack_files import read_stack

STACK = "local"

RETRY_BASE_SECONDS = 0.5


@dataclass(frozen=True)
class DeployedStack:
    """The program in the emulator."""

    outputs: dict[str, Any]
    """The stack's outputs, as `pulumi stack output` would print them."""

    emulator: Emulator

    receiver: WebhookReceiver
    """What the webhooks of the stack are posted to."""

    @property
    def api_url(self) -> str:
        """Where the API answers, without a trailing slash."""
        return str(self.outputs["apiUrl"])

    def client(self, service: str) -> Any:
        """A boto3 client of the emulator that may do anything."""
        return self.emulator.client(service)

    def emails(self) -> list[dict[str, Any]]:
        """Every e-mail sent, oldest first; each has Source, To, Subject and BodyText."""
        return self.emulator.emails()

    def texts(self) -> list[dict[str, Any]]:
        """Every SMS sent, by number and then oldest first; each has PhoneNumber and Message."""
        return self.emulator.texts()

    def pushes(self, platform: str) -> list[dict[str, Any]]:
        """What the phone of a platform ("APNS", "GCM") was pushed, oldest first.

        Each has Body, the part of the message that is for the platform, and MessageAttributes.
        """
        return self.emulator.waiting(phone_queue(platform))

    def webhook_secret(self) -> str:
        """The secret that the receiver verifies webhooks with."""
        return webhook_secret(self.emulator.client)

    def function_names(self) -> dict[str, str]:
        """Physical names of the functions by their operation, e.g. "create-task"."""
        names: dict[str, str] = self.outputs["functionNames"]
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
    """The program deployed on `port` while the block runs, and its receiver on the next.

    Both are free ones if `port` is None. `only` leaves out all channels but those of one kind;
    `settings` override those of the local stack, as text. Unless it is `watched`, no metrics are
    published and no alarms go off: that work costs the emulator more with every datapoint, and
    benchmarks would measure it.

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
        make_outside(emulator.client)
        outputs = deploy(emulator.client, receiver.url, only, settings)
        with publishing_metrics(emulator.client) if watched else contextlib.nullcontext():
            yield DeployedStack(outputs, emulator, receiver)


def deploy(
    client: Clients,
    receiver_url: str,
    only: str | None = None,
    settings: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Create everything the program declares for the local stack; return the stack's outputs.

    `settings` override the stack's own.
    """
    project, config = read_stack(ROOT, STACK)
    key = f"{project}:channels"
    config[key] = channels_here(config[key], receiver_url, only)
    config |= {f"{project}:{key}": value for key, value in (settings or {}).items()}
    # The program builds its bundles under the working directory, as `pulumi up` has it.
    with contextlib.chdir(ROOT):
        graph = run_program(
            ROOT, project=project, stack=STACK, config=config, mocks=EmulatorProvider(client)
        )
    return dict(graph.exports)
