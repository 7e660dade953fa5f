"""The commands of `python -m local`."""

from __future__ import annotations

import gc
import signal
import sys
from pathlib import Path
from types import FrameType

import click

from local import background
from local.console import console, working
from local.emulator.start import DEFAULT_PORT, EmulatorError
from local.errors import ExpectedError
from local.instance import FOLDER, ROOT
from local.program.project import read_project

# ruff: noqa: PLC0415 -- a command imports what it needs: the others start sooner

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_folder = click.Path(exists=True, file_okay=False, path_type=Path)
_one_port = click.option(
    "--port", type=int, help="Port of the stack; it can be left out if only one is running."
)
_port = click.option(
    "--port",
    type=click.IntRange(1, 65_534),
    default=DEFAULT_PORT,
    envvar="PORT",
    show_default=True,
    help="Port of the emulator on 127.0.0.1. The environment variable PORT does the same.",
)


def main() -> None:
    """Run the command line; expected errors are shown without a traceback."""
    unwind_on_signals()
    try:
        commands()
    except ExpectedError as error:
        sys.exit(f"Error: {error}")
    finally:
        # Python looks for garbage at the end: among the SDK's classes, for a quarter of a second.
        gc.freeze()


@click.group()
def commands() -> None:
    """Run a Pulumi program on this machine, without an AWS account."""


@commands.command()
@click.argument("folder", type=_folder, default=ROOT)
@_port
def up(folder: Path, port: int) -> None:
    """Deploy the program in FOLDER to an emulator that keeps running.

    Run it again to apply changes. FOLDER is a Pulumi project in Python, with its own
    environment and its stack `local`; without it, this repository's program.
    """
    from local.up import up as deploy

    click.echo(deploy(folder, port))


@commands.command()
@click.option("--port", type=int, help="Only the stack on this port (default: every stack).")
def down(port: int | None) -> None:
    """Stop the deployment that `up` started and delete its data."""
    ports = [found for found in background.ports() if port in (None, found)]
    for found in ports:
        with working(f"Stopping the stack on port {found}"):
            background.stop(found)
    if not ports:
        console.print("Nothing is running.")


@commands.command()
def status() -> None:
    """Show the running programs and their ports."""
    from rich.table import Table

    from local.status import state_of

    table = Table("port", "program", "state", box=None)
    for port in background.ports():
        table.add_row(str(port), *state_of(port))
    console.print(table if table.row_count else "Nothing is running.")


@commands.command()
@_one_port
@click.option("--function", help="Only this function, by a part of its name.")
@click.option("--follow", is_flag=True, help="Keep printing until Ctrl-C.")
def logs(port: int | None, function: str | None, follow: bool) -> None:
    """Print what the functions have logged, oldest first."""
    from local.logs import function_logs
    from local.status import the_one
    from local.up import emulator_of

    for line in function_logs(emulator_of(the_one(port).port).client, function, follow=follow):
        click.echo(line)


@commands.command()
@click.argument("function")
@click.argument("payload", default="{}")
@_one_port
def invoke(function: str, payload: str, port: int | None) -> None:
    """Call FUNCTION with PAYLOAD, which is JSON, and print its response."""
    from local.invoke import invoke as invoke_function
    from local.status import the_one
    from local.up import emulator_of

    click.echo(invoke_function(emulator_of(the_one(port).port).client, function, payload))


@commands.command(context_settings={"ignore_unknown_options": True})
@click.argument("folder", type=_folder)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[PYTEST OPTION]...")
def test(folder: Path, arguments: tuple[str, ...]) -> None:
    """Run the tests in FOLDER/tests against the program in FOLDER, in an emulator of its own.

    docs/local.md has an example. The program's tour, if it has one, is the last test.
    """
    import pytest

    from local.tour import FILE as TOUR

    project = read_project(folder)
    tests = [str(project.folder / "tests")]
    if (project.folder / TOUR).is_file():
        tests.append(str(Path(__file__).with_name("tour_test.py")))
    options = ["-p", "local.testing", f"--program={project.folder}", *arguments]
    sys.exit(int(pytest.main([*tests, *options])))


@commands.command()
@_one_port
def dashboard(port: int | None) -> None:
    """Write the running stack's dashboard to .local/dashboard.html."""
    from local.dashboard import write_page
    from local.status import the_one
    from local.up import emulator_of, outputs_of

    running = the_one(port)
    outputs = outputs_of(running) or {}
    if "operations" not in outputs:
        raise EmulatorError(
            f"the stack on port {running.port} must export `operations`, the outputs of an "
            f"Operations component, to have a dashboard; it exports {sorted(outputs) or 'nothing'}"
        )
    page = FOLDER / "dashboard.html"
    write_page(emulator_of(running.port).client, outputs["operations"]["dashboard"], page)
    click.echo(f"Open {page.as_uri()}")


@commands.command()
@click.argument("folder", type=_folder, default=ROOT)
def tour(folder: Path) -> None:
    """Watch the program in FOLDER work, fail and recover, in its own emulator.

    FOLDER has a file local_tour.py; without it, this repository's program.
    """
    from local.scenario.tour.run import run_tour
    from local.tour import run_tour_of

    sys.exit(0 if (run_tour() if folder.resolve() == ROOT else run_tour_of(folder)) else 1)


@commands.command()
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the random faults.")
def chaos(seed: int) -> None:
    """Inject faults under load, and count what was lost or sent twice."""
    from local.scenario.chaos.run import run_chaos

    sys.exit(0 if run_chaos(seed) else 1)


@commands.command()
@click.argument("folder", type=_folder)
@click.option("--stack", help="Stack whose configuration is used (default: local, else dev).")
@click.option(
    "--page",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Update the section between the markers in this file instead of printing.",
)
@click.option(
    "--svg",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write it to this file as SVG instead.",
)
def picture(folder: Path, stack: str | None, page: Path | None, svg: Path | None) -> None:
    """Print the flow of data through the program in FOLDER, as a Mermaid flowchart."""
    from local.picture.page import draw, draw_svg, read_page, with_picture, write
    from local.program.make_virtual_environment import python_of

    python = python_of(read_project(folder))
    if svg is not None:
        write(svg, draw_svg(folder, stack, python))
    if page is not None:
        write(page, with_picture(read_page(page), draw(folder, stack, python), page.name))
    if svg is None and page is None:
        click.echo(draw(folder, stack, python), nl=False)


@commands.command(context_settings={"ignore_unknown_options": True})
@click.option("--cwd", "-C", "folder", type=_folder, default=".", help="Folder of the project.")
@_port
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="COMMAND...")
def pulumi(folder: Path, port: int, arguments: tuple[str, ...]) -> None:
    """Run the Pulumi CLI with an emulator in place of AWS: `python -m local pulumi up`.

    The first time, an empty emulator is started, which keeps running until `down`. The stack is
    `local`.
    """
    from local import pulumi_cli

    sys.exit(pulumi_cli.run(list(arguments), folder, port))


@commands.command(hidden=True)
@click.argument("folder", type=_folder)
@_port
def serve(folder: Path, port: int) -> None:
    """The background process of `up`."""
    background.serve(folder, port)


def unwind_on_signals() -> None:
    """Turn Ctrl-C, SIGTERM and a closed terminal into SystemExit, so that `with` blocks end."""
    for number in _STOP_SIGNALS:
        signal.signal(number, _unwind)


def _unwind(number: int, _frame: FrameType | None) -> None:
    # A second Ctrl-C must not interrupt the clean-up after the first.
    for stop_signal in _STOP_SIGNALS:
        signal.signal(stop_signal, signal.SIG_IGN)
    raise SystemExit(128 + number)
