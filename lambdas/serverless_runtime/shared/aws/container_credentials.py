"""Credentials from the HTTP endpoint that SnapStart, ECS and EKS name in the environment.

Fetched, cached and refreshed by botocore's rules.
https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

from __future__ import annotations

import functools
import http.client
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from serverless_runtime.shared.aws.signing import Credentials, CredentialsError
from serverless_runtime.shared.timestamps import from_text

log = logging.getLogger(__name__)

_RELATIVE_URI = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
_FULL_URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
_TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"  # noqa: S105 -- a variable's name
_TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"  # noqa: S105 -- a variable's name

_ECS_HOST = "169.254.170.2"
_ALLOWED_HOSTS = {_ECS_HOST, "169.254.170.23", "fd00:ec2::23", "localhost"}
"""Without TLS. Loopback addresses are allowed as well."""

_TIMEOUT_SECONDS = 2
_ATTEMPTS = 3
_DELAY_SECONDS = 1.0

_ADVISORY_SECONDS = 900
"""Before they expire: from then on one thread fetches new ones while the others use the old."""

_MANDATORY_SECONDS = 600
"""Before they expire: from then on they are not used."""


@functools.cache
def container_credentials() -> ContainerCredentials:
    """Return what all clients of the process share."""
    return ContainerCredentials(os.environ)


class _Fetched(NamedTuple):
    credentials: Credentials
    expires_at: float
    """Epoch seconds."""


class ContainerCredentials:
    """Fetches credentials when there are none or they expire soon; threads may share it."""

    def __init__(
        self,
        environ: Mapping[str, str],
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._environ = environ
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._fetched: _Fetched | None = None

    def current(self) -> Credentials:
        """Return credentials that are valid for ten minutes or more. Raises CredentialsError."""
        fetched = self._fetched
        if fetched is None or self._expires_within(_MANDATORY_SECONDS, fetched):
            return self._refreshed().credentials
        if self._expires_within(_ADVISORY_SECONDS, fetched):
            self._refresh_early()
        return (self._fetched or fetched).credentials

    def _expires_within(self, seconds: float, fetched: _Fetched) -> bool:
        return fetched.expires_at - self._clock() <= seconds

    def _refreshed(self) -> _Fetched:
        with self._lock:
            # Another thread may have fetched them meanwhile.
            if self._fetched is None or self._expires_within(_MANDATORY_SECONDS, self._fetched):
                self._fetched = self._fetch(_ATTEMPTS)
            return self._fetched

    def _refresh_early(self) -> None:
        if not self._lock.acquire(blocking=False):
            return
        try:
            self._fetched = self._fetch(attempts=1)
        except CredentialsError as error:
            log.warning("credentials not refreshed, older ones used", extra={"reason": str(error)})
        finally:
            self._lock.release()

    def _fetch(self, attempts: int) -> _Fetched:
        url, headers = _url_from(self._environ), _headers_from(self._environ)
        for left in reversed(range(attempts)):
            try:
                return _parsed(_get(url, headers))
            except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
                if not left:
                    raise CredentialsError(f"none from {url.hostname}: {error!r}") from error
            self._sleep(_DELAY_SECONDS)
        raise AssertionError("unreachable")


def _url_from(environ: Mapping[str, str]) -> SplitResult:
    relative, full = environ.get(_RELATIVE_URI), environ.get(_FULL_URI)
    if not relative and not full:
        raise CredentialsError(
            f"neither AWS_ACCESS_KEY_ID nor {_FULL_URI} is set; Lambda sets one of them"
        )
    url = urlsplit(f"http://{_ECS_HOST}{relative}" if relative else str(full))
    if url.scheme != "https" and not _is_allowed(url.hostname or ""):
        raise CredentialsError(
            f"{_FULL_URI} must be https, or at a loopback address or one of "
            f"{', '.join(sorted(_ALLOWED_HOSTS))}; got {url.hostname}"
        )
    return url


def _is_allowed(host: str) -> bool:
    try:
        return host in _ALLOWED_HOSTS or ip_address(host).is_loopback
    except ValueError:
        return False


def _headers_from(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the headers with the token, which its file may have changed since the last time."""
    token = environ.get(_TOKEN)
    if path := environ.get(_TOKEN_FILE):
        try:
            token = Path(path).read_text(encoding="utf-8")
        except OSError as error:
            raise CredentialsError(f"{_TOKEN_FILE} cannot be read: {error}") from error
    if token is None:
        return {"Accept": "application/json"}
    if "\r" in token or "\n" in token:
        raise CredentialsError(f"{_TOKEN} must be one line, without a line break at its end")
    return {"Accept": "application/json", "Authorization": token}


def _get(url: SplitResult, headers: Mapping[str, str]) -> bytes:
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname or "", url.port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("GET", f"{url.path or '/'}?{url.query}".rstrip("?"), headers=headers)
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != http.HTTPStatus.OK:
        # Without the body, which may contain anything.
        raise ValueError(f"status {response.status}")
    return body


def _parsed(body: bytes) -> _Fetched:
    document = json.loads(body)
    return _Fetched(
        Credentials(document["AccessKeyId"], document["SecretAccessKey"], document["Token"]),
        from_text(document["Expiration"]).timestamp(),
    )
