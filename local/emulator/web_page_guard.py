"""Rejects what a web page can send to this machine, before the emulator reads any of it.

A browser sends a page's requests to 127.0.0.1 like any others, and a host name of the page's owner
may resolve to 127.0.0.1 (DNS rebinding). It does send, in headers that no page can set, which host
the page meant (Host), where the page is from (Origin), and how far that is (Sec-Fetch-Site). A
terminal sends a Host only. The module runs in the emulator's own Python, too.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_OWN_SITES = {"same-origin", "none"}
_LONGEST_SHOWN = 100


def rejection_reason(
    target: str,
    headers: Iterable[tuple[str, str]],
    port: int,
    *,
    scheme: str = "http",
    listed_origins: Iterable[str] = (),
    proxy_port: int | None = None,
) -> str | None:
    """Return why a request to the server on `port` is rejected, or None.

    `target` is the request target as sent. `headers` are all of them, duplicates included, with
    names in lower case. `listed_origins` may call what the target names; "*" stands for all. A
    proxy on this machine passes on what was sent to `proxy_port`.
    """
    fields = list(headers)
    ports = [each for each in (port, proxy_port) if each is not None]
    names = [f"{host}:{each}" for each in ports for host in _HOSTS]
    if _DEFAULT_PORTS.get(scheme) in ports:
        # Clients leave it out, in Host and in Origin.
        names += _HOSTS
    hosts = [value for name, value in fields if name == "host"]
    if len(hosts) != 1 or hosts[0] not in names:
        return f"Host must be one of {', '.join(names)}, got {_shown(hosts)}"
    if not target.startswith("/"):
        return f"the request target must be a path, got {_shown([target])}"
    listed = set(listed_origins)
    origins = {value for name, value in fields if name == "origin"}
    if origins and ("*" in listed or origins <= listed):
        return None
    if not origins <= {f"{scheme}://{name}" for name in names}:
        return f"web pages of other origins may not call it, got Origin {_shown(origins)}"
    sites = {value for name, value in fields if name == "sec-fetch-site"}
    if not sites <= _OWN_SITES:
        return f"web pages of other sites may not call it, got Sec-Fetch-Site {_shown(sites)}"
    return None


def _shown(values: Iterable[str]) -> str:
    return ", ".join(repr(value[:_LONGEST_SHOWN]) for value in sorted(values)) or "none"


class Guard:
    """An ASGI application that hands the requests it does not refuse to another."""

    def __init__(
        self,
        application: Application,
        port: int,
        listed_origins: Callable[[str], Iterable[str]],
        proxy_port: int | None = None,
    ) -> None:
        """`listed_origins` returns the origins of the pages that may call a path."""
        self._application = application
        self._port = port
        self._listed_origins = listed_origins
        self._proxy_port = proxy_port

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Refuse the request, or hand it on."""
        reason = None if scope["type"] == "lifespan" else self._rejection_reason(scope)
        if reason is None:
            await self._application(scope, receive, send)
        elif scope["type"] == "websocket":
            # Before it is accepted: the server responds 403 to the handshake.
            await receive()
            await send({"type": "websocket.close"})
        else:
            await _forbid(send, reason)

    def _rejection_reason(self, scope: Message) -> str | None:
        headers = [
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, value in scope["headers"]
        ]
        target = (scope.get("raw_path") or b"").decode("latin-1")
        listed = self._listed_origins(scope["path"])
        return rejection_reason(
            target, headers, self._port, listed_origins=listed, proxy_port=self._proxy_port
        )


async def _forbid(send: Send, reason: str) -> None:
    body = json.dumps({"message": f"refused: {reason}"}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        # What follows on the connection is the body, which nobody has read.
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})
