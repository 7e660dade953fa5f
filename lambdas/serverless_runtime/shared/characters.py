"""Characters of a text that was decoded elsewhere. A cold start loads nothing for it."""

from __future__ import annotations


def problem_in(text: str) -> str | None:
    """Return which of a text's characters is none, such as half of a surrogate pair; None if all
    are. A decoded text may have what no JSON text can hold."""
    if text.isascii():
        return None
    from serverless_runtime.shared import strict_json_text  # noqa: PLC0415

    return strict_json_text.no_character_in(text)
