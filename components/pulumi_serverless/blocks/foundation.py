"""The settings that all components of a program share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Annotated, Literal

import pulumi

from pulumi_serverless.blocks.argument_checks import Between, Matches, OneOf, require_one_of
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.bytecode import require_builder
from pulumi_serverless.blocks.dependencies import Target, host_target, lambda_target
from pulumi_serverless.blocks.encryption_key import EncryptionKey, arn_of

PYTHON_VERSION = "3.13"
Architecture = Literal["arm64", "x86_64"]

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
LOG_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""Days that CloudWatch can keep a log."""

MemoryMb = Annotated[int, Between(128, 10_240)]

# Another minor version's bytecode would be ignored by Lambda.
BUILDER_PYTHON = re.escape(PYTHON_VERSION) + r"\.[0-9]{1,3}"
BUILDER_PYTHON_EXAMPLE = f"a version of Python {PYTHON_VERSION} such as {PYTHON_VERSION}.5"
BuilderPython = Annotated[str, Matches(BUILDER_PYTHON, BUILDER_PYTHON_EXAMPLE)]


@dataclass(frozen=True, kw_only=True)
class Runtime(Arguments):
    """What the functions of a stack run on."""

    architecture: Architecture = "arm64"
    """Processor, "arm64" or "x86_64"."""

    memory_mb: MemoryMb = 512
    """Memory of each function, 128 to 10240. CPU is proportional to it; 1769 MB is one vCPU.
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""

    log_retention_days: Annotated[int, OneOf(LOG_RETENTION_DAYS)] = 30
    """How long CloudWatch keeps the logs; one of LOG_RETENTION_DAYS."""

    bytecode_python: BuilderPython | None = None
    """Exact version of the CPython that runs the program, e.g. "3.13.5": zips then include the
    bytecode that it compiles, and another version is refused. None: zips without bytecode, which
    are the same from every Python. See docs/decisions/0021-bytecode-for-those-who-pin-python.md."""

    @property
    def bundle_target(self) -> Target:
        """The Python that bundles are built for.

        Lambda's, unless the program's configuration has `pulumi-serverless:bundleFor: host`, for
        an emulator that runs handlers with the host's Python, and compiles them itself. Raises
        BytecodeError if `bytecode_python` is another Python than the one that runs this.
        """
        bundle_for = pulumi.Config("pulumi-serverless").get("bundleFor", "lambda")
        require_one_of("pulumi-serverless:bundleFor", bundle_for, ("lambda", "host"))
        if bundle_for == "host":
            return host_target()
        if self.bytecode_python is not None:
            require_builder(self.bytecode_python)
        return lambda_target(
            PYTHON_VERSION, self.architecture, has_bytecode=self.bytecode_python is not None
        )


@dataclass(frozen=True, kw_only=True)
class Foundation(Arguments):
    """The settings that all components of a program share: create it once and pass it to each."""

    alarm_topic_arn: Annotated[
        pulumi.Input[str],
        Matches(
            r"arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}",
            "a topic's ARN such as arn:aws:sns:eu-west-1:123456789012:alarms",
        ),
    ]
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
