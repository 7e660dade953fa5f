"""A proxy to the emulator that can be cut off in the middle of whatever it carries.

A proxy, because the emulator serves only requests that are addressed to its own port.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_CHUNK = 65_536


class Wire:
    """An HTTP proxy to one port of this machine, until it is cut."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End every connection; new ones are refused."""
        # Only a shutdown wakes the thread that accepts; until then the port stays open.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._to_port))
                with self._lock:
                    self._open |= {near, far}
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._forward, args=(source, sink), daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket) -> None:
        # A proxy's client names the whole address in the request line.
        address = f" http://127.0.0.1:{self._to_port}/".encode()
        with suppress(OSError):
            while chunk := source.recv(_CHUNK):
                sink.sendall(chunk.replace(address, b" /", 1))
        for each in (source, sink):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._open.discard(source)
        source.close()


@contextmanager
def wire(to_port: int) -> Iterator[Wire]:
    """A wire that is cut at the end."""
    found = Wire(to_port)
    try:
        yield found
    finally:
        found.cut()
