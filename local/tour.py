"""The tour of any program: `local_tour.py` in its folder tells its story in steps.

The file defines `STEPS`. A step is a generator over the deployed program: its docstring is the
headline, and it yields one line for each thing that it has observed. `require` and `eventually` end
the tour if something else happened.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from local.console import failed, saw, step, stopped, working
from local.deployed import Deployed, deployed
from local.errors import ExpectedError
from local.program.load_module import load_module
from local.wait import DeadlineExceededError

FILE = "local_tour.py"
_REPLAYED = (0, 1)
"""Exit codes: everything was replayed, or some are left."""

Step = Callable[[Deployed], Iterator[str]]


class UnexpectedError(ExpectedError):
    """Something else was observed than the story tells."""


class NoTourError(ExpectedError):
    """The program has no tour."""


def require(holds: bool, expected: str, *, seen: object) -> None:
    """Raise UnexpectedError, with what was seen, unless the expectation holds."""
    if not holds:
        raise UnexpectedError(f"expected {expected}; seen: {seen}")


def replay(program: Deployed, *options: str) -> None:
    """Replay the dead letters, as whoever is on call does. Raises UnexpectedError.

    What cannot be replayed stays in the queue: it may be of another story.
    """
    done = program.ops("dead-letters", "replay", "--apply", *options)
    require(done.returncode in _REPLAYED, "a replay", seen=done.stdout + done.stderr)


def steps_of(folder: Path) -> Sequence[Step]:
    """Return the steps of the program in `folder`. Raises NoTourError."""
    module = load_module(folder / FILE)
    if module is None:
        raise NoTourError(f"{folder} has no {FILE}, which would tell what to show")
    steps: Sequence[Step] = module.STEPS
    return steps


def run_tour_of(folder: Path) -> bool:
    """Deploy the program and take each step; return whether everything was as expected."""
    steps, started = steps_of(folder), time.monotonic()
    with ExitStack() as running:
        with working("Starting the emulator and deploying the program"):
            program = running.enter_context(deployed(folder, "tour"))
        passed = _take(steps, program)
    stopped(started)
    return passed


def _take(steps: Sequence[Step], program: Deployed) -> bool:
    for number, each in enumerate(steps, start=1):
        try:
            with step(number, each.__doc__ or each.__name__):
                for observed in each(program):
                    saw(observed)
        except (UnexpectedError, DeadlineExceededError) as error:
            failed(str(error))
            return False
    return True
