"""HTTP APIs forward requests to HTTP servers, and pass on what these answer."""

from __future__ import annotations

import contextvars
import http.client
import re
import urllib.parse
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from local.emulator.differences import Difference

DIFFERENCES = (
    Difference(
        aws="an HTTP API forwards to a URL with {variables} of its route, and passes the whole "
        "answer on, redirects and cookies included",
        emulator="forwards to the URL and the whole path, follows redirects, and passes on "
        "nothing but status, body and Content-Type",
        workaround="local/emulator/patches/http_proxy.py forwards as documented by AWS",
    ),
)

_JSON = {"Content-Type": "application/json"}
_DEFAULT_MS = 30_000

# https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1; the rest is that of the next connection.
_NOT_FORWARDED = frozenset(
    {
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te"),
        *("trailer", "transfer-encoding", "upgrade", "host", "content-length", "expect"),
    }
)
_PATH = "/-._~!$&'()*+,;=:@%"
_VARIABLE = re.compile(r"\{([A-Za-z0-9._-]+)\+?\}")

_query: contextvars.ContextVar[str] = contextvars.ContextVar("query", default="")
_variables: contextvars.ContextVar[Mapping[str, str] | None] = contextvars.ContextVar(
    "variables", default=None
)

Answer = tuple[int, dict[str, Any], bytes]

_MAX_INTERIM = 20
_FINAL = 200


class _FinalResponse(http.client.HTTPResponse):
    """Passes over answers that are not final, of which http.client knows only 100."""

    def begin(self) -> None:
        for _ in range(_MAX_INTERIM):
            super().begin()
            if self.status >= _FINAL:
                return
            # Or the next one would not be read.
            self.headers = None  # type: ignore[assignment]
        raise http.client.HTTPException("no final answer")


def apply() -> None:
    """Forward with `_forward` instead of what MiniStack has."""
    api_gateway: Any = import_module("ministack.services.apigateway")
    execute = api_gateway._handle_execute_in_scope
    map_parameters = api_gateway._apply_request_parameter_mappings
    run = import_module("ministack.core.concurrency").run_reentrant

    async def execute_with_query(*request: Any) -> Any:
        # By position, as MiniStack calls it: the last is the query as it was sent.
        _query.set(request[-1] or "")
        return await execute(*request)

    def map_and_remember(integration: Any, **given: Any) -> Any:
        _variables.set(given.get("path_params") or {})
        return map_parameters(integration, **given)

    async def forward(  # noqa: PLR0917 -- as MiniStack calls it
        integration: Any, path: str, method: str, headers: Any, body: bytes, query: Any
    ) -> Answer:
        url = _target(integration, path, _variables.get() or {}, _query.get())
        seconds = (integration.get("timeoutInMillis") or _DEFAULT_MS) / 1_000
        verb = integration.get("integrationMethod") or "ANY"
        sent = method if verb == "ANY" else verb
        try:
            answer: Answer = await run(_asked, sent, url, headers, body, seconds)
        except TimeoutError:
            return 504, dict(_JSON), b'{"message":"Gateway Timeout"}'
        except (OSError, http.client.HTTPException):
            return 503, dict(_JSON), b'{"message":"Service Unavailable"}'
        return answer

    api_gateway._handle_execute_in_scope = execute_with_query
    api_gateway._apply_request_parameter_mappings = map_and_remember
    api_gateway._invoke_http_proxy = forward


def _target(integration: Any, path: str, variables: Mapping[str, str], query: str) -> str:
    """The integration's URL with its variables; the path, only if a mapping has made one."""

    def value(found: re.Match[str]) -> str:
        text = variables.get(found[1], "")
        return urllib.parse.quote(re.sub("%(?![0-9A-Fa-f]{2})", "%25", text), safe=_PATH)

    url = _VARIABLE.sub(value, integration.get("integrationUri", ""))
    mappings = integration.get("requestParameters") or {}
    if "overwrite:path" in mappings:
        scheme, netloc = urllib.parse.urlsplit(url)[:2]
        url = urllib.parse.urlunsplit((scheme, netloc, path, "", ""))
    return f"{url}{'&' if '?' in url else '?'}{query}" if query else url


def _asked(
    method: str, url: str, headers: Mapping[str, str], body: bytes, seconds: float
) -> Answer:
    parts = urllib.parse.urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=seconds)
    connection.response_class = _FinalResponse
    try:
        target = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        connection.putheader("host", parts.netloc)
        for name, value in headers.items():
            if name.lower() not in _NOT_FORWARDED:
                connection.putheader(name, value.encode())
        if body or method in ("POST", "PUT", "PATCH"):
            connection.putheader("content-length", str(len(body)))
        connection.endheaders(body or None)
        received = connection.getresponse()
        return received.status, _passed_on(received.getheaders()), received.read()
    finally:
        connection.close()


def _passed_on(headers: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Each header with all of its values: the emulator sends a line for each."""
    passed: dict[str, Any] = {}
    for name, value in headers:
        if name.lower() not in _NOT_FORWARDED:
            passed.setdefault(name.lower(), []).append(value)
    return passed
