"""What a sender needs from its environment, for each queue that it sends to.

The variable of the queue `stock-changes` is `QUEUE_STOCK_CHANGES_URL`, so a function may merge the
environments of as many queues as it sends to.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from serverless_runtime.shared.environment import environment_for, read_settings, variable_name
from serverless_runtime.shared.frozen import frozen


@frozen
class QueueSettings:
    """One queue."""

    url: str
    """Where messages are sent to."""


def queue_environment(queue_name: str, **settings: Any) -> dict[str, Any]:
    """Name QueueSettings as `read_queue_settings` will look for them.

    Values may be Pulumi outputs. Raises ValueError for the name, TypeError for a setting.
    """
    return environment_for(QueueSettings, prefix=_prefix(queue_name), **settings)


def read_queue_settings(queue_name: str, environ: Mapping[str, str] = os.environ) -> QueueSettings:
    """Read the settings of the queue of that name. Raises MissingSettingsError."""
    return read_settings(QueueSettings, environ, prefix=_prefix(queue_name))


def _prefix(queue_name: str) -> str:
    return f"QUEUE_{variable_name('queue', queue_name)}_"
