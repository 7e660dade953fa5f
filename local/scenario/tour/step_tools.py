"""What the steps of the tour share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from local.scenario.handoff_stack import HandoffStack
from local.scenario.observe import TARGET, emails_about, log_group, require, wait_for

MAILBOX = "/_ministack/ses/messages of the emulator"
"""Where sent email can be read."""


@dataclass
class Tour:
    """What the steps share."""

    stack: HandoffStack
    api: httpx.Client
    subscriber_url: str = ""
    """Queue subscribed to the alarm topic, in place of the people on call."""

    removed_senders: list[str] = field(default_factory=list)
    """Email identities that a step has removed."""

    def at_target(self) -> str:
        """Where to look for what the target did."""
        return f"at the log group {log_group(self.stack, TARGET)}"


def require_status(response: httpx.Response, status: int) -> None:
    """Raise ObservationError unless the API responded with `status`."""
    seen = f"{response.status_code} {response.text}"
    where = f"at {response.request.method} {response.request.url}"
    require(response.status_code == status, str(status), seen=seen, where=where)


def the_email(tour: Tour, title: str) -> dict[str, Any]:
    """The one email about the task, as soon as it is in the mailbox."""
    (email,) = wait_for(
        lambda: emails_about(tour.stack, title),
        f"an email about “{title}”",
        where=f"{tour.at_target()} and {MAILBOX}",
    )
    return email
