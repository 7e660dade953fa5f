"""Serves MiniStack over HTTP with uvicorn and a parser in C; its own server, in Python, takes
two fifths of each call.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Any

# A hundred, a common default, rejects connections of a burst before the emulator has seen them.
_CONNECTION_BACKLOG = 2_048


def apply() -> None:
    """Put uvicorn in the place of MiniStack's server."""
    server: Any = import_module("hypercorn.asyncio")
    server.serve = _serve


async def _serve(app: Any, config: Any) -> None:
    """Serve `app` as MiniStack configures its own server, until the process ends."""
    # The repository's own environment has no uvicorn.
    uvicorn: Any = import_module("uvicorn")
    httptools: Any = import_module("uvicorn.protocols.http.httptools_impl")

    class Server(uvicorn.Server):  # type: ignore[misc]
        def capture_signals(self) -> AbstractContextManager[None]:
            """Leave signals to the process."""
            return nullcontext()

    class Protocol(httptools.HttpToolsProtocol):  # type: ignore[misc]
        def on_headers_complete(self) -> None:
            """Pass the target on as it was sent, for the guard: uvicorn drops a host in it."""
            super().on_headers_complete()
            self.scope["raw_path"] = self.url.partition(b"?")[0]

    [address] = config.bind
    host, port = address.rsplit(":", 1)
    await Server(
        uvicorn.Config(
            app,
            host=host,
            port=int(port),
            http=Protocol,
            ws="wsproto",
            ws_ping_interval=None,
            backlog=_CONNECTION_BACKLOG,
            timeout_keep_alive=config.keep_alive_timeout,
            log_config=None,
            access_log=False,
            # The application sends the Date and the Server of AWS, and believes no header about
            # where a request comes from.
            date_header=False,
            server_header=False,
            proxy_headers=False,
        )
    ).serve()
