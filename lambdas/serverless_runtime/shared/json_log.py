"""One JSON line per log record, with the fields given as `extra`.

On AWS the function's JSON logging configuration makes the runtime do this, and its handler is
left alone. Elsewhere the root logger has no handler and gets one that writes the same shape.
Callers log ids and counts, never a payload or a title. Addresses in texts, such as a provider's
errors, are masked with either handler.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from serverless_runtime.shared.masking import masked
from serverless_runtime.shared.texts import text_of
from serverless_runtime.shared.timestamps import to_text

_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
_NOTHING: Mapping[str, str] = MappingProxyType({})
_bound: ContextVar[Mapping[str, str]] = ContextVar("bound", default=_NOTHING)

_OWN_ATTRIBUTES = {
    *vars(logging.makeLogRecord({})),
    "message",
    "asctime",
    "taskName",
    "aws_request_id",
}


def configure(request_id: str | None = None) -> None:
    """Make log lines JSON and put `request_id` (Lambda's own) on those that follow.

    Call it at the start of every invocation; calling it again changes only the request id.
    """
    _request_id.set(request_id)
    _bound.set(_NOTHING)
    # Below warning the SDK logs credentials' origin, and at debug whole request bodies.
    for noisy in ("boto3", "botocore", "urllib3"):
        # Setting a level clears the caches of all loggers.
        if (logger := logging.getLogger(noisy)).level != logging.WARNING:
            logger.setLevel(logging.WARNING)
    root = logging.getLogger()
    if not root.handlers:
        handler = _StdoutHandler()
        handler.setFormatter(JsonFormatter())
        root.addHandler(handler)
        root.setLevel(logging.INFO)
    for each in root.handlers:
        # A handler takes the same filter once only.
        each.addFilter(_bind_and_mask)


def bind(**ids: str) -> None:
    """Put `ids` on the lines that follow in this invocation, unless a line has its own."""
    _bound.set({**_bound.get(), **ids})


class JsonFormatter(logging.Formatter):
    """Formats a record as the Lambda runtime's own JSON formatter does."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line of JSON; a value JSON does not know is written as its `str`."""
        line: dict[str, Any] = {
            "timestamp": to_text(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
        }
        if request_id := _request_id.get():
            line["requestId"] = request_id
        line.update(
            {name: value for name, value in vars(record).items() if name not in _OWN_ATTRIBUTES}
        )
        if record.exc_info and record.exc_info[0] is not None:
            kind, error, trace = record.exc_info
            line["errorType"] = kind.__name__
            line["errorMessage"] = text_of(error)
            line["stackTrace"] = traceback.format_tb(trace)
        return json.dumps(line, default=str)


def _bind_and_mask(record: logging.LogRecord) -> bool:
    """Add the bound ids to the record and mask its texts, for any formatter."""
    record.msg, record.args = masked(record.getMessage()), ()
    for name, value in {**_bound.get(), **vars(record)}.items():
        if name not in _OWN_ATTRIBUTES:
            setattr(record, name, _masked_value(value))
    if record.exc_info and record.exc_info[0] is not None:
        kind, error, trace = record.exc_info
        # Without its causes: each has its own text.
        record.exc_info = (kind, Exception(masked(text_of(error))), trace)
    return True


def _masked_value(value: object) -> object:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {_masked_value(name): _masked_value(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked_value(each) for each in value]
    return masked(text_of(value))


class _StdoutHandler(logging.Handler):
    """Writes to `sys.stdout` as it is then; the emulator replaces it."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stdout.write(f"{self.format(record)}\n")
            sys.stdout.flush()
        except Exception:
            self.handleError(record)
