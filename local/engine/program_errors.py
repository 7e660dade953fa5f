"""Errors in what a program declares, with the name of the resource."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType


class ProgramError(Exception):
    """The provider rejects what the program declares; the message names the resource."""


@contextmanager
def naming_the_resource() -> Iterator[None]:
    """Turn the SDK's complaints about arguments into a ProgramError.

    A class of the SDK rejects an argument that it does not know, or misses, before anything is
    registered, and names itself only.
    """
    try:
        yield
    except TypeError as error:
        declared = _being_declared(error.__traceback__)
        if declared is None:
            raise
        kind, name = declared
        raise ProgramError(f"{kind.__name__} '{name}': {error}{_hint(kind, error)}") from error


def _being_declared(traceback: TracebackType | None) -> tuple[type, str] | None:
    """Class and logical name of the resource whose constructor failed."""
    declared = None
    while traceback is not None:
        values = traceback.tb_frame.f_locals
        if isinstance(values.get("resource_name"), str) and "__self__" in values:
            declared = type(values["__self__"]), values["resource_name"]
        traceback = traceback.tb_next
    return declared


def _hint(kind: type, error: TypeError) -> str:
    unknown = re.search(r"unexpected keyword argument '(\w+)'", str(error))
    arguments = list(getattr(kind, "_internal_init").__annotations__)  # noqa: B009 -- of the SDK
    near = difflib.get_close_matches(unknown[1], arguments, n=1) if unknown else []
    return f" (did you mean {near[0]}?)" if near else ""
