"""Filters that choose dead letters, and their options."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from serverless_ops.context import Context
from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.options import resolved, when

_TEXTS = ("subject", "error")
_OPTIONS = (
    click.option(
        "--id", "ids", multiple=True, help="This event id or message id; can be repeated."
    ),
    click.option(
        "--type",
        "types",
        multiple=True,
        help="This event type, such as order.paid.v1; can be repeated.",
    ),
    click.option("--subject", help="Events about this: the subject of a CloudEvents object."),
    click.option("--error", help="Events whose error type or text contains this, ignoring case."),
    click.option(
        "--since",
        type=when,
        help="Failed at this time or later: RFC 3339, or an age such as 90s, 30m, 2h, 7d.",
    ),
    click.option("--until", type=when, help="Failed before this time; same formats."),
)


@dataclass(frozen=True, kw_only=True)
class Filters:
    """A dead letter must pass all of them. Without any, everything passes."""

    ids: frozenset[str] = frozenset()
    """Event ids or message ids."""

    types: frozenset[str] = frozenset()
    """Event types."""

    subject: str | None = None
    error: str | None = None
    """Part of the error's type or text, ignoring case."""

    since: datetime | None = None
    """Failed at this time or later."""

    until: datetime | None = None
    """Failed before this time."""

    def matches(self, dead_letter: DeadLetter) -> bool:
        """Whether `dead_letter` passes; an unreadable one has no event type and no subject."""
        return all(
            (
                not self.ids or bool(self.ids & {dead_letter.message_id, dead_letter.event_id}),
                not self.types or dead_letter.event_type in self.types,
                self.subject is None or dead_letter.subject == self.subject,
                self.error is None or self.error.casefold() in dead_letter.error.casefold(),
                self._in_time(dead_letter),
            )
        )

    def _in_time(self, dead_letter: DeadLetter) -> bool:
        if self.since is None and self.until is None:
            return True
        failed_at = dead_letter.failed_at
        return failed_at is not None and (
            (self.since is None or self.since <= failed_at)
            and (self.until is None or failed_at < self.until)
        )


def _filters(_: Context, *, ids: tuple[str, ...], types: tuple[str, ...], **others: Any) -> Filters:
    given = {"--id": ids, "--type": types, **{f"--{name}": (others[name],) for name in _TEXTS}}
    for option, texts in given.items():
        if any(text is not None and not text.strip() for text in texts):
            raise click.UsageError(
                f"{option} must not be empty, which would match everything; got '' (an unset "
                "variable?)"
            )
    filters = Filters(ids=frozenset(ids), types=frozenset(types), **others)
    if filters.since and filters.until and filters.since >= filters.until:
        raise click.UsageError("--since must be earlier than --until")
    return filters


filter_options = resolved("filters", _filters, _OPTIONS)
"""Give a command the filter options; it gets `filters`."""
