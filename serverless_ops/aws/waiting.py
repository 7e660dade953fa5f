"""How long a command waits for AWS: it says what for, and gives an endpoint up that is silent.

botocore's own timeouts are for each attempt and for each piece of a response: a server that sends
a byte now and then would be waited for without end.
"""

from __future__ import annotations

import io
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ConnectTimeoutError, HTTPClientError, ReadTimeoutError


class SilentEndpointError(HTTPClientError):  # type: ignore[misc]
    """An endpoint has not responded for so long that no further call waits for it."""

    fmt = "{endpoint_url} has not responded for {seconds:.0f} s"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """In seconds. Each endpoint that does not respond delays a command by `give_up` at most."""

    notice: float = 5
    """After this long, what is waited for is named on stderr."""

    connect: float = 5
    attempt: float = 9
    """For one attempt of a call, of which botocore makes up to three."""

    give_up: float = 30
    """For all calls since the endpoint's last response. For as long afterwards, calls fail at once;
    then the next one is tried again."""


LIMITS = Limits()


@contextmanager
def announced(what: str, seconds: float = LIMITS.notice) -> Iterator[None]:
    """Say that `what` is waited for, if the block takes longer."""
    timer = threading.Timer(seconds, _announce, (what,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@dataclass
class _Silence:
    seconds: float = 0.0
    until: float = 0.0
    """When calls are tried again."""


@dataclass(kw_only=True)
class Waiting:
    """Limits what the clients of one run wait for. A run has one."""

    limits: Limits = LIMITS
    clock: Callable[[], float] = time.monotonic
    _silences: dict[str, _Silence] = field(default_factory=dict)

    def limit(self, client: Any) -> None:
        """Let every call of a boto3 client be announced, and end in time."""
        call, url = client._make_api_call, client.meta.endpoint_url
        service = client.meta.service_model.service_name

        def limited(operation: str, arguments: Any) -> Any:
            what = f"{service} at {url} ({operation})"
            return self._wait(url, what, lambda: _with_body(call(operation, arguments)))

        # Under all operations, paginators included; there is no event around a whole call.
        client._make_api_call = limited

    def _wait(self, url: str, what: str, call: Callable[[], Any]) -> Any:
        silence, started = self._silences.setdefault(url, _Silence()), self.clock()
        if started < silence.until:
            raise SilentEndpointError(endpoint_url=url, seconds=silence.seconds)
        try:
            # One that was given up is tried again with the time of one attempt.
            left = max(self.limits.give_up - silence.seconds, self.limits.attempt)
            response = self._within(left, what, call)
        except (ReadTimeoutError, ConnectTimeoutError, TimeoutError) as error:
            now = self.clock()
            silence.seconds += now - started
            # Another attempt would not fit.
            if silence.seconds + self.limits.attempt > self.limits.give_up:
                silence.until = now + self.limits.give_up
            if isinstance(error, TimeoutError):
                raise SilentEndpointError(endpoint_url=url, seconds=silence.seconds) from error
            raise
        except Exception:
            self._silences.pop(url, None)
            raise
        self._silences.pop(url, None)
        return response

    def _within(self, seconds: float, what: str, call: Callable[[], Any]) -> Any:
        """Return what `call` returns, or raise what it raises; TimeoutError if it takes longer."""
        responses: list[Any] = []
        errors: list[Exception] = []

        def run() -> None:
            try:
                responses.append(call())
            except Exception as error:
                errors.append(error)

        # A daemon: what does not end must not keep the program from ending.
        thread = threading.Thread(target=run, daemon=True)
        started, notice = self.clock(), self.limits.notice
        thread.start()
        thread.join(min(notice, seconds))
        # By the clock, too: on a busy machine the call may have ended before this thread runs.
        if notice < seconds and (thread.is_alive() or self.clock() - started >= notice):
            _announce(what)
        thread.join(max(seconds - notice, 0))
        if thread.is_alive():
            raise TimeoutError
        for error in errors:
            raise error
        return responses[0]


def _with_body(response: Any) -> Any:
    """Read a body that would be streamed: it is part of the response."""
    for name, value in response.items():
        if hasattr(value, "read"):
            response[name] = io.BytesIO(value.read())
    return response


def _announce(what: str) -> None:
    print(f"Waiting for {what} …", file=sys.stderr)  # noqa: T201 -- beside any progress bar
