"""What the commands print: a spinner on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

console = Console(highlight=False, soft_wrap=True)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that `what` is in progress and, when it is done, how long it took."""
    started = time.monotonic()
    if console.is_terminal:
        with console.status(f"{what} …"):
            yield
    else:
        console.print(f"{what} …")
        yield
    console.print(f"[green]✓[/] {what} [dim]({time.monotonic() - started:.1f} s)[/]")


@contextmanager
def step(number: int, headline: str) -> Iterator[None]:
    """Show that a tour's step is being taken, under its headline."""
    console.print(f"\n[bold]{number}. {escape(headline)}[/]")
    with console.status("watching …"):
        yield


def saw(text: str) -> None:
    """Print one observation."""
    console.print(f"   [green]✓[/] {escape(text)}")


def failed(text: str) -> None:
    """Print what was observed instead of what a step expects."""
    console.print(f"\n[bold red]✗[/] {escape(text)}")


def stopped(started: float) -> None:
    """Print that a tour has ended, and how long it took since `started` (time.monotonic)."""
    console.print(f"\nEverything has been stopped. {time.monotonic() - started:.0f} s in total.")
