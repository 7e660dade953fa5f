"""What every component of a program stands on."""

from __future__ import annotations

from dataclasses import dataclass, field

import pulumi

from pulumi_serverless.blocks.encryption_key import EncryptionKey, arn_of
from pulumi_serverless.blocks.runtime import Runtime


@dataclass(frozen=True, kw_only=True)
class Foundation:
    """What all components of a program share; make it once, and give it to each."""

    alarm_topic_arn: pulumi.Input[str]
    """SNS topic that alarms notify, when they fire and when they are over."""

    runtime: Runtime = field(default_factory=Runtime)
    """What the functions run on."""

    protect_data: bool = True
    """Keep point-in-time recovery of tables, and refuse to delete tables, queues and keys."""

    encryption_key: EncryptionKey | None = None
    """KMS key for tables, queues, logs and environment variables; without one, AWS's own keys."""

    runbook_url: str = "docs/runbooks"
    """Folder or URL of the runbooks: every alarm names its page, `<runbook_url>/<alarm id>.md`."""

    @property
    def key_arn(self) -> pulumi.Output[str] | None:
        """ARN of the encryption key for a resource; None leaves the resource to AWS's own key."""
        return arn_of(self.encryption_key)

    def runbook_page(self, alarm_id: str) -> str:
        """Return where the runbook says what to do about an alarm."""
        return f"{self.runbook_url.rstrip('/')}/{alarm_id}.md"
