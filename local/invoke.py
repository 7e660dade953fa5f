"""Calls a function of the running stack, as its callers do."""

from __future__ import annotations

import json

from local.emulator.clients import Clients
from local.emulator.start import EmulatorError

_SUFFIX = "-0123456"
"""What Pulumi appends to a logical name has this form: a hyphen and seven hexadecimal digits."""


def invoke(client: Clients, function: str, payload: str) -> str:
    """Call the function with this logical or physical name and a JSON text; return its response.

    EmulatorError if there is no such function, or if it failed, with what it raised.
    """
    try:
        json.loads(payload)
    except ValueError as error:
        raise EmulatorError(f"the payload must be JSON, got {payload!r}: {error}") from None
    functions = client("lambda")
    pages = functions.get_paginator("list_functions").paginate()
    names = sorted(each["FunctionName"] for page in pages for each in page["Functions"])
    found = [name for name in names if function in (name, name[: -len(_SUFFIX)])]
    if len(found) != 1:
        raise EmulatorError(
            f"{'several functions match' if found else 'no function matches'} {function!r}; the "
            + f"functions are {', '.join(name[: -len(_SUFFIX)] for name in names) or 'none'}"
        )
    response = functions.invoke(FunctionName=found[0], Payload=payload.encode())
    result: str = response["Payload"].read().decode()
    if "FunctionError" in response:
        raise EmulatorError(f"{found[0]} failed: {result}")
    return result
