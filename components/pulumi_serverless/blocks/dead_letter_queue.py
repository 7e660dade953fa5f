"""The queue where failed events wait for replay."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.encryption_key import EncryptionKey, arn_of
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.json_text import json_text
from pulumi_serverless.blocks.limits import require_between

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class DeadLetterQueueArgs:
    """How dead letters are kept."""

    queue_name: str | None = None
    """Physical name of a standard queue; left out, Pulumi picks one with a random suffix."""

    retention_days: int = 14
    """How long a dead letter waits for replay, 1 to 14 (AWS default: 4)."""

    protect_data: bool = True
    """Refuse to delete the queue, by Pulumi; SQS itself has no such protection."""

    encryption_key: EncryptionKey | None = None
    """Key that encrypts the messages; without one SQS uses keys of its own. Who writes or reads
    dead letters must be allowed to use it, or Lambda's delivery fails."""

    def __post_init__(self) -> None:
        require_between("retention_days", self.retention_days, 1, 14)
        # https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
        if self.queue_name is not None and self.queue_name.endswith(".fifo"):
            raise ValueError(
                "queue_name must name a standard queue, because Lambda cannot deliver to a FIFO "
                f"queue, got {self.queue_name!r}"
            )


class DeadLetterQueue(pulumi.ComponentResource):
    """A standard queue, encrypted at rest, that refuses plain HTTP."""

    name: pulumi.Output[str]
    url: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: DeadLetterQueueArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:DeadLetterQueue", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        queue = aws.sqs.Queue(
            name,
            name=args.queue_name,
            message_retention_seconds=args.retention_days * SECONDS_PER_DAY,
            # SQS takes one or the other.
            sqs_managed_sse_enabled=None if args.encryption_key else True,
            kms_master_key_id=arn_of(args.encryption_key),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect_data),
        )
        aws.sqs.QueuePolicy(
            f"{name}-policy",
            queue_url=queue.url,
            policy=json_text(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "RefusePlainHttp",
                            "Effect": "Deny",
                            "Principal": "*",
                            "Action": "sqs:*",
                            "Resource": queue.arn,
                            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                        }
                    ],
                }
            ),
            opts=child,
        )
        self._logical_name = name
        self._writers: dict[str, aws.iam.RolePolicy] = {}
        self.name = queue.name
        self.url = queue.url
        self.arn = queue.arn
        self.register_outputs({"name": self.name, "url": self.url, "arn": self.arn})

    def allow_writer(self, function: PythonFunction) -> aws.iam.RolePolicy:
        """Let `function` write dead letters, and Lambda write them with its role.

        Whoever needs the right may ask for it; it is granted once.
        """
        if function.logical_name not in self._writers:
            self._writers[function.logical_name] = function.allow(
                f"write-to-{self._logical_name}",
                actions=["sqs:SendMessage"],
                resources=[self.arn],
            )
        return self._writers[function.logical_name]
