"""How an error names a value that may be a key."""

from __future__ import annotations


def kind_of(value: object) -> str:
    """Return what a value is, and nothing that is in it, unless it is a number or none at all."""
    if value is None or isinstance(value, bool | int | float):
        return f"{value!r:.20}"
    if isinstance(value, str):
        return f"text of {len(value)} characters"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    return f"a {type(value).__name__}"
