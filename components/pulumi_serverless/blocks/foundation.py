"""The settings that all components of a program share."""

from __future__ import annotations

from dataclasses import dataclass, field

import pulumi

from pulumi_serverless.blocks.encryption_key import EncryptionKey, arn_of
from pulumi_serverless.blocks.runtime import Runtime


@dataclass(frozen=True, kw_only=True)
class Foundation:
    """The settings that all components of a program share: create it once and pass it to each."""

    alarm_topic_arn: pulumi.Input[str]
    """SNS topic that alarms notify when they fire and when they resolve."""

    runtime: Runtime = field(default_factory=Runtime)
    """Processor, memory and log retention of the functions."""

    protect_data: bool = True
    """Enable point-in-time recovery, and protect tables, queues and keys from deletion."""

    encryption_key: EncryptionKey | None = None
    """KMS key for tables, queues, logs and environment variables; AWS's own keys by default."""

    runbook_url: str = "docs/runbooks"
    """Folder or URL of the runbooks; every alarm names its page, `<runbook_url>/<alarm id>.md`."""

    @property
    def key_arn(self) -> pulumi.Output[str] | None:
        """ARN of the encryption key; None if AWS's own keys are used."""
        return arn_of(self.encryption_key)

    def runbook_page(self, alarm_id: str) -> str:
        """Return the runbook page of an alarm."""
        return f"{self.runbook_url.rstrip('/')}/{alarm_id}.md"
