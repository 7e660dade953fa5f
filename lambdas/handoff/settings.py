"""What a caller needs from its environment to hand work off."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class HandoffSettings:
    handoff_target_arn: str
    """Function that does the handed-off work."""
