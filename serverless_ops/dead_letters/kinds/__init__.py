"""The kinds of dead letters: a module each, named as in the output `operations`.

A module that implements `Kind` is all that a further kind needs.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from typing import Any, Protocol, cast

from serverless_ops.dead_letters.destination import Destination
from serverless_ops.dead_letters.failure_record import FailureRecord, UnreadableDeadLetterError
from serverless_ops.stack import DeadLetterQueue

Message = Mapping[str, Any]
"""What receive_message of SQS returns, with all attributes."""

Client = Callable[[str], Any]
"""Returns a boto3 client of a service."""

_LAST = "invocation"


class Kind(Protocol):
    """How one kind of dead letter is read, and where it is replayed to."""

    def recognizes(self, message: Message) -> bool:
        """Whether the message is of this kind; asked if no stack says which kind a queue has."""

    def read(self, message: Message) -> FailureRecord:
        """Return what failed and why. Raises UnreadableDeadLetterError."""

    def missing(self, queue: DeadLetterQueue) -> str | None:
        """Return what has to be known of the queue before a replay, as options, if it is not."""

    def destination(self, queue: DeadLetterQueue, client: Client) -> Destination:
        """Return where the queue's dead letters are replayed to. Calls nothing yet."""


@functools.cache
def kinds() -> Mapping[str, Kind]:
    """Return every kind by its name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: cast(Kind, importlib.import_module(f"{__name__}.{name}")) for name in names}


def read(kind: str | None, message: Message) -> FailureRecord:
    """Read a message of the kind; None is for any that recognizes it.

    An invocation is asked last: its bare event may look like anything. Raises
    UnreadableDeadLetterError, also if this version has no such kind.
    """
    if kind is None:
        names = sorted(kinds(), key=lambda name: name == _LAST)
        kind = next((name for name in names if kinds()[name].recognizes(message)), "")
    if kind not in kinds():
        raise UnreadableDeadLetterError(
            f"a dead letter of kind {kind!r} cannot be read by this version, which knows "
            f"{', '.join(kinds())}; install the version that deployed the stack"
        )
    return kinds()[kind].read(message)
