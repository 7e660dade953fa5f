"""Looks at the parts of a picture one by one: what cannot be read leaves a gap, not a failure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from ops.aws_errors import explain

T = TypeVar("T")


class Parts:
    """What was read, and why the rest was not."""

    def __init__(self) -> None:
        self.unread: dict[str, str] = {}
        """Why each part is missing, by its name."""

    def read(self, name: str, look: Callable[[], T], otherwise: T) -> T:
        """Return what `look` returns, or `otherwise` if AWS refuses it."""
        try:
            return look()
        except (ClientError, BotoCoreError) as error:
            self.unread[name] = explain(error)
            return otherwise
