"""What the steps of the tour share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from local.console import console
from local.stack import DeployedStack
from local.tour.observe import TARGET, emails_about, log_group, require, wait_for

ONCE_EACH = {"email": 1, "sms": 1, "push": 1, "webhook": 1}
"""What arrives of one event, by kind of channel."""

OUTBOX = "/_ministack/ses/messages of the emulator"


@dataclass
class Tour:
    """What the steps share."""

    stack: DeployedStack
    api: httpx.Client
    subscriber_url: str = ""
    """Queue subscribed to the alarm topic: it stands for the people who are told."""

    senders: list[str] = field(default_factory=list)
    """E-mail identities that a step has removed."""

    def at_target(self) -> str:
        """Where to look for what the target did."""
        return f"at the log group {log_group(self.stack, TARGET)}"


def saw(text: str) -> None:
    """Tell one thing that was observed."""
    console.print(f"   [green]✓[/] {text}")


def require_status(answer: httpx.Response, status: int) -> None:
    """Raise ObservationError unless the API answered with `status`."""
    seen = f"{answer.status_code} {answer.text}"
    where = f"at {answer.request.method} {answer.request.url}"
    require(answer.status_code == status, str(status), seen=seen, where=where)


def the_email(tour: Tour, title: str) -> dict[str, Any]:
    """The one e-mail about the task, as soon as it is in the outbox."""
    (email,) = wait_for(
        lambda: emails_about(tour.stack, title),
        f"an e-mail about “{title}”",
        where=f"{tour.at_target()} and {OUTBOX}",
    )
    return email
