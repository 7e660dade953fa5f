"""The commands of `python -m local`."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import Any

import click

from local import background
from local.console import console, working
from local.dashboard import write_page
from local.emulator.clients import Clients, read_credentials
from local.emulator.start import DEFAULT_PORT, EmulatorError, emulator_url, require_free_port
from local.engine.provider import UnsupportedError
from local.instance import FOLDER, InstanceInUseError
from local.scenario.chaos.run import run_chaos
from local.scenario.tour.run import run_tour
from local.wait import DeadlineExceededError

_EXPECTED_ERRORS = (EmulatorError, InstanceInUseError, DeadlineExceededError, UnsupportedError)
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_port = click.option(
    "--port",
    type=click.IntRange(1, 65_534),
    default=DEFAULT_PORT,
    envvar="PORT",
    show_default=True,
    help="Port of the emulator on 127.0.0.1; the webhook receiver uses the next one. The "
    "environment variable PORT does the same.",
)


def main() -> None:
    """Run the command line; expected errors are shown without a traceback."""
    unwind_on_signals()
    try:
        commands()
    except _EXPECTED_ERRORS as error:
        sys.exit(f"Error: {error}")


@click.group()
def commands() -> None:
    """Run the whole program on this machine, without an AWS account."""


@commands.command()
@_port
def up(port: int) -> None:
    """Deploy to an emulator that keeps running, and print how to use it."""
    if background.is_running(port):
        with working(f"The stack on port {port} is already running"):
            outputs = background.wait_until_ready(port)
    else:
        require_free_port(port)
        require_free_port(port + 1)
        with working(f"Starting the emulator on port {port} and deploying"):
            outputs = background.start(port)
    click.echo(_how_to_use(outputs, port))


@commands.command()
@click.option("--port", type=int, help="Only the stack on this port; without it, every stack.")
def down(port: int | None) -> None:
    """Stop the deployment that `up` started and delete its data."""
    ports = [found for found in background.running_ports() if port in (None, found)]
    for found in ports:
        with working(f"Stopping the stack on port {found}"):
            background.stop(found)
    if not ports:
        console.print("Nothing is running.")


@commands.command()
@_port
def dashboard(port: int) -> None:
    """Write the running stack's dashboard to .local/dashboard.html."""
    outputs = background.running_outputs(port)
    if outputs is None:
        raise EmulatorError(f"no stack is running on port {port}; start one with `make up`")
    page = FOLDER / "dashboard.html"
    client = Clients(emulator_url(port), read_credentials(background.folder(port)))
    write_page(client, outputs["operations"]["dashboard"], page)
    click.echo(f"Open {page.as_uri()}")


@commands.command()
def tour() -> None:
    """Watch the handoff work, fail and recover, in its own emulator."""
    sys.exit(0 if run_tour() else 1)


@commands.command()
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the random faults.")
def chaos(seed: int) -> None:
    """Inject faults under load, and count what was lost or sent twice."""
    sys.exit(0 if run_chaos(seed) else 1)


@commands.command(hidden=True)
@_port
def serve(port: int) -> None:
    """The background process of `up`."""
    background.serve(port)


def _how_to_use(outputs: dict[str, Any], port: int) -> str:
    return f"""
{curl_lines(outputs["apiUrl"])}
Sent emails:           curl -s http://127.0.0.1:{port}/_ministack/ses/messages
Sent text messages:    curl -s http://127.0.0.1:{port}/_ministack/sns/sms-messages
Sent pushes:           curl -s http://127.0.0.1:{port}/_ministack/sqs/messages
Received webhooks:     curl -sk https://localhost:{port + 1}
Stop the stack:        make down"""


def curl_lines(api_url: str) -> str:
    """The README's example requests; each line works as typed."""
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


def unwind_on_signals() -> None:
    """Turn Ctrl-C, SIGTERM and a closed terminal into SystemExit, so that `with` blocks end."""
    for number in _STOP_SIGNALS:
        signal.signal(number, _unwind)


def _unwind(number: int, _frame: FrameType | None) -> None:
    # A second Ctrl-C must not interrupt the clean-up after the first.
    for stop_signal in _STOP_SIGNALS:
        signal.signal(stop_signal, signal.SIG_IGN)
    raise SystemExit(128 + number)
