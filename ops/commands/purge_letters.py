"""`purge`: save dead letters to a file and delete them for good."""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from ops.commands.options import EXIT_CODES, LEFT, RunOptions, changes, filters, places
from ops.commands.report import open_private
from ops.commands.work import Work
from ops.dead_letter import DeadLetter
from ops.plan import Plan, plan_purge
from ops.run import PURGED, purge
from ops.selection import Selection
from ops.sight import moment_text
from ops.surroundings import Access, Surroundings

_HELP = """Delete dead letters for good. A dry run, unless --apply is given.

Everything is saved before anything is deleted, payloads included, to a new file that only you can
read: message id, body and message attributes, enough to send it to the queue again.
"""


@click.command("purge", help=_HELP, epilog=EXIT_CODES)
@click.pass_obj
@changes
@click.option(
    "--save",
    type=click.Path(dir_okay=False, path_type=Path),
    help="New file for what is deleted, one JSON object a line. Needed with --apply.",
)
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option("--unreadable", is_flag=True, help="Delete also what holds no event.")
@filters
@places
def purge_letters(
    surroundings: Surroundings,
    *,
    access: Access,
    selection: Selection,
    run: RunOptions,
    save: Path | None,
    yes: bool,
    unreadable: bool,
) -> None:
    """Save dead letters to a file and delete them for good."""
    if run.apply and save is None:
        raise click.UsageError("--apply needs --save FILE: what is deleted is saved first")
    if save is not None and save.exists():
        raise click.UsageError(f"--save must name a new file, {save} exists already")
    started_at = surroundings.now()
    work = Work("purge", PURGED, run, surroundings)
    with work.on_queue(access) as queue:
        found = queue.take(before=started_at)

        def choose() -> Plan:
            return plan_purge(found, selection, started_at, unreadable=unreadable, limit=run.limit)

        def delete(plan: Plan) -> None:
            if save is not None and plan.chosen:
                _save(plan.chosen, save)
            purge(plan, queue, interrupts=work.interrupts, note=work.note)

        work.carry_out(queue, choose, delete, confirm=None if yes else _confirm)
    work.finish(f"What was deleted is in {save}.")


def _confirm(plan: Plan) -> None:
    if not plan.chosen:
        return
    click.echo(f"Delete {len(plan.chosen)} dead letters for good? [y/N] ", nl=False, err=True)
    answer = sys.stdin.readline()
    if answer.strip().lower() not in ("y", "yes"):
        click.echo("Nothing was deleted. Where nobody can answer, give --yes.", err=True)
        raise click.exceptions.Exit(LEFT)


def _save(letters: Iterable[DeadLetter], path: Path) -> None:
    # O_EXCL: two runs that were given the same new name must not write over each other.
    with open_private(path, os.O_EXCL) as file:
        for letter in letters:
            saved = {
                "message_id": letter.message_id,
                "event_id": letter.event_id,
                "sent_at": moment_text(letter.sent_at),
                "body": letter.body,
                "message_attributes": letter.attributes,
            }
            file.write(json.dumps(saved, default=_binary) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _binary(value: Any) -> str:
    return base64.b64encode(value).decode()
