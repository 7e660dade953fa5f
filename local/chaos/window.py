"""Who may be told twice: what SES has accepted and nobody has recorded when a fault strikes."""

from __future__ import annotations

import json
import re
import threading

_EVENT_ID = re.compile(rb"event ([0-9a-f-]{36})")


class Window:
    """Follows each message from SES's accept to our COMPLETED, at the wire."""

    def __init__(self) -> None:
        self._open: set[str] = set()
        self.excused: set[str] = set()
        """Events for which a fault struck in the window."""

        self._lock = threading.Lock()

    def begun(self, service: str | None, body: bytes) -> None:
        """A request is about to reach SES; from now on nobody knows but its answer."""
        if service == "ses" and (found := _EVENT_ID.search(body)):
            with self._lock:
                self._open.add(found[1].decode())

    def passed(self, service: str | None, target: str, body: bytes, status: int) -> None:
        """A request was answered by the emulator."""
        took_effect = status < 300  # noqa: PLR2004 -- where HTTP's successes end
        found = _EVENT_ID.search(body) if service == "ses" else None
        with self._lock:
            if found and not took_effect:
                self._open.discard(found[1].decode())
            elif took_effect and (event_id := _recorded(target, body)):
                self._open.discard(event_id)

    def struck(self, service: str | None, target: str, body: bytes) -> None:
        """A fault struck at a request; if it took effect, it has been told of before."""
        found = _EVENT_ID.search(body) if service == "ses" else None
        event_id = found[1].decode() if found else _recorded(target, body)
        with self._lock:
            if event_id in self._open:
                self.excused.add(event_id)

    def process_killed(self) -> None:
        """Whichever it was, it may have been the one that was about to record."""
        with self._lock:
            self.excused |= self._open


def _recorded(target: str, body: bytes) -> str | None:
    """Return the event that a request to DynamoDB marks as delivered."""
    if not target.endswith("UpdateItem") or b"COMPLETED" not in body:
        return None
    key = json.loads(body).get("Key", {})
    return str(key["event_id"]["S"]) if "event_id" in key else None
