"""What the worker needs from its environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Literal

from serverless_runtime.shared.environment import environment_for, read_settings
from serverless_runtime.shared.frozen import frozen

OnPoison = Literal["park", "skip"]
"""What happens to a group whose message failed its last attempt: it waits, or it goes on without
that message."""

_PREFIX = "FIFO_"


@frozen
class FifoSettings:
    """What a FIFO consumer works by."""

    max_attempts: str
    """Attempts before a message is parked; a whole number."""

    table_name: str
    """Table of the parked groups."""

    dead_letter_queue_url: str
    """Where parked messages wait."""


def fifo_environment(**settings: Any) -> dict[str, Any]:
    """Name FifoSettings as `read_fifo_settings` will look for them; values may be Pulumi
    outputs."""
    return environment_for(FifoSettings, prefix=_PREFIX, **settings)


def read_fifo_settings(environ: Mapping[str, str] = os.environ) -> FifoSettings | None:
    """Return None if nothing is parked. Raises MissingSettingsError if only some are set."""
    if not any(name.startswith(_PREFIX) for name in environ):
        return None
    return read_settings(FifoSettings, environ, prefix=_PREFIX)
