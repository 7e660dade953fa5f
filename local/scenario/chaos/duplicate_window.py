"""Which events may be sent twice: those with a fault between SES's accept and our record."""

from __future__ import annotations

import json
import re
import threading

_EVENT_ID = re.compile(rb"event ([0-9a-f-]{36})")


class DuplicateWindow:
    """Follows each message from its acceptance by SES to our COMPLETED, in the network traffic."""

    def __init__(self) -> None:
        self._open: set[str] = set()
        self.excused: set[str] = set()
        """Events for which a fault struck in the window."""

        self._lock = threading.Lock()

    def request_sent(self, service: str | None, body: bytes) -> None:
        """A request is about to reach SES; from then on only its response shows the outcome."""
        if service == "ses" and (found := _EVENT_ID.search(body)):
            with self._lock:
                self._open.add(found[1].decode())

    def response_received(self, service: str | None, target: str, body: bytes, status: int) -> None:
        """The emulator has responded to a request."""
        took_effect = status < 300  # noqa: PLR2004 -- where HTTP's successes end
        found = _EVENT_ID.search(body) if service == "ses" else None
        with self._lock:
            if found and not took_effect:
                self._open.discard(found[1].decode())
            elif took_effect and (event_id := _recorded(target, body)):
                self._open.discard(event_id)

    def fault_injected(self, service: str | None, target: str, body: bytes) -> None:
        """A request failed; if it took effect, its response was received before."""
        found = _EVENT_ID.search(body) if service == "ses" else None
        event_id = found[1].decode() if found else _recorded(target, body)
        with self._lock:
            if event_id in self._open:
                self.excused.add(event_id)

    def process_killed(self) -> None:
        """Any process may have been the one that was about to record."""
        with self._lock:
            self.excused |= self._open


def _recorded(target: str, body: bytes) -> str | None:
    """Return the event that a request to DynamoDB marks as delivered."""
    if not target.endswith("UpdateItem") or b"COMPLETED" not in body:
        return None
    key = json.loads(body).get("Key", {})
    return str(key["event_id"]["S"]) if "event_id" in key else None
