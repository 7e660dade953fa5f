"""The stages of all routes, as one instance of the router knows them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping

from serverless_runtime.shared import aws
from serverless_runtime.strangler.settings.stages import LEGACY, read_stages

log = logging.getLogger(__name__)

_READING_SECONDS = 1
"""A request waits so long for the parameter at most."""


class StageReader:
    """Stages of some seconds ago at most, or the last ones that could be read."""

    def __init__(
        self,
        read: Callable[[], str],
        declared: Mapping[str, str],
        *,
        seconds: float,
        on_failure: Callable[[], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`read` returns the parameter's value; `declared` has the program's, by route; after
        `seconds` they are read again."""
        self._read = read
        self._declared = declared
        self._seconds = seconds
        self._on_failure = on_failure
        self._clock = clock
        self._read_at = float("-inf")
        # Until the parameter has been read, a rollback may be in it.
        self._stages: Mapping[str, str] = {}

    def stage_of(self, route_key: str) -> str:
        """Return the stage of a route: legacy, if no parameter could be read yet."""
        if self._clock() - self._read_at >= self._seconds:
            self._refresh()
        return self._stages.get(route_key, LEGACY)

    def _refresh(self) -> None:
        try:
            found = read_stages(self._read())
        except Exception:
            log.exception("stages not read: the last ones stay")
            self._on_failure()
        else:
            self._stages = {**self._declared, **found}
        self._read_at = self._clock()


def read_parameter(name: str) -> str:
    """Return the value of an SSM parameter, within a second. Raises what the client raises."""
    client = aws.client("ssm").until(time.monotonic() + _READING_SECONDS)
    return str(client.get_parameter(Name=name)["Parameter"]["Value"])
