"""One genuine call of a webhook."""

from __future__ import annotations

from typing import Any

from serverless_runtime.shared import strict_json
from serverless_runtime.shared.frozen import frozen


@frozen
class Call:
    """What a source has sent. It has the ids that `Once` needs."""

    __repr__ = object.__repr__

    source: str
    """Name of the source."""

    event_id: str
    """`<source>/<id>`: the same for each repetition of the call by its source."""

    body: str
    """As the source has sent it."""

    received_at_ms: int
    """When the API received it, epoch milliseconds."""

    request_id: str
    """By the API, for its access log."""

    @property
    def correlation_id(self) -> str:
        """The API's request id."""
        return self.request_id

    @property
    def replays(self) -> int:
        """0: a replay is a repetition like any other."""
        return 0

    def json(self) -> Any:
        """Return the body, decoded. ValueError unless it is JSON that everyone reads alike."""
        return strict_json.parse(self.body)
