"""The commands of `python -m local`."""

from __future__ import annotations

import sys
from typing import Any

import click

from local import background
from local.chaos.story import survive
from local.clients import Clients
from local.console import console, working
from local.dashboard.page import write_page
from local.emulator import DEFAULT_PORT, EmulatorError, emulator_url, require_free_port
from local.instance import FOLDER, InstanceInUseError
from local.provider import NotDeployableHereError
from local.signals import unwind_on_signals
from local.tour.story import tell
from local.wait import NeverHappenedError

_EXPLAINED = (EmulatorError, InstanceInUseError, NeverHappenedError, NotDeployableHereError)

_port = click.option(
    "--port",
    type=click.IntRange(1, 65_534),
    default=DEFAULT_PORT,
    envvar="PORT",
    show_default=True,
    help="Port of the emulator on 127.0.0.1, and one below the webhook receiver's; PORT in the "
    "environment does the same.",
)


def main() -> None:
    """Run the command line; errors that explain themselves are shown without a traceback."""
    unwind_on_signals()
    try:
        commands()
    except _EXPLAINED as error:
        sys.exit(f"Error: {error}")


@click.group()
def commands() -> None:
    """The whole program on this machine, no AWS account needed."""


@commands.command()
@_port
def up(port: int) -> None:
    """Deploy to an emulator that keeps running, and print how to use it."""
    if background.is_running(port):
        with working(f"The stack on port {port} is up already"):
            outputs = background.wait_until_ready(port)
    else:
        require_free_port(port)
        require_free_port(port + 1)
        with working(f"Starting the emulator on port {port} and deploying"):
            outputs = background.start(port)
    click.echo(_how_to_use(outputs, port))


@commands.command()
@click.option("--port", type=int, help="Only the stack on this port; left out, every one.")
def down(port: int | None) -> None:
    """Stop what `up` started and delete its data."""
    ports = [found for found in background.running_ports() if port in (None, found)]
    for found in ports:
        with working(f"Stopping the stack on port {found}"):
            background.stop(found)
    if not ports:
        console.print("Nothing is up.")


@commands.command()
@_port
def dashboard(port: int) -> None:
    """Write what the running stack's dashboard shows to .local/dashboard.html."""
    outputs = background.running_outputs(port)
    if outputs is None:
        raise EmulatorError(f"no stack is up on port {port}; start it with make up")
    page = FOLDER / "dashboard.html"
    write_page(Clients(emulator_url(port)), outputs["dashboardName"], page)
    click.echo(f"Open {page.as_uri()}")


@commands.command()
def tour() -> None:
    """Watch the handoff work, fail, and recover, on an emulator of the tour's own."""
    sys.exit(0 if tell() else 1)


@commands.command()
@click.option("--seed", type=int, default=1, show_default=True, help="Repeats the same chances.")
def chaos(seed: int) -> None:
    """Break what can be broken under load, and count what was lost."""
    sys.exit(0 if survive(seed) else 1)


@commands.command(hidden=True)
@_port
def serve(port: int) -> None:
    """What `up` leaves running."""
    background.serve(port)


def _how_to_use(outputs: dict[str, Any], port: int) -> str:
    return f"""
{curl_lines(outputs["apiUrl"])}
The e-mails it sent:   curl -s http://127.0.0.1:{port}/_ministack/ses/messages
The text messages:     curl -s http://127.0.0.1:{port}/_ministack/sns/sms-messages
What it pushed:        curl -s http://127.0.0.1:{port}/_ministack/sqs/messages
The webhooks received: curl -sk https://localhost:{port + 1}
Stop it:               make down"""


def curl_lines(api_url: str) -> str:
    """The README's tour of the API by hand; each line works as typed."""
    return f"""\
API={api_url}

curl -i "$API/tasks" -H 'Content-Type: application/json' -d '{{"title": "Implement feature X"}}'
ID=$(curl -s "$API/tasks?limit=1" | sed 's/.*"id": *"\\([^"]*\\)".*/\\1/')
curl "$API/tasks/$ID"
curl "$API/tasks"
curl -X PUT "$API/tasks/$ID" -H 'Content-Type: application/json' \\
  -d '{{"title": "Updated title", "status": "completed"}}'
curl -X DELETE "$API/tasks/$ID"
"""
