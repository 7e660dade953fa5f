"""What a caller needs from its environment to hand work off."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class HandoffSettings:
    handoff_target_arn: str
    """Function that does the handed-off work."""

    handoff_outbox_table_name: str | None = None
    """Table that keeps events until Lambda has accepted them; without it delivery is direct."""
