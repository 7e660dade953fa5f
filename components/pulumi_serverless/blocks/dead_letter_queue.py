"""The queue where failed events wait for replay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.argument_checks import Between
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.iam import policy, statement
from pulumi_serverless.blocks.metric import Metric

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class DeadLetterQueueArgs(Arguments):
    """Retention, protection and encryption of dead letters."""

    foundation: Foundation
    """Whether the queue is protected from deletion, and the key that encrypts its messages. Writers
    and readers need permission to use the key, or Lambda's delivery fails."""

    retention_days: Annotated[int, Between(1, 14)] = 14
    """How long a dead letter waits for replay, 1 to 14 (AWS default: 4)."""


class DeadLetterQueue(Component):
    """A standard queue, encrypted at rest, that rejects plain HTTP."""

    name: pulumi.Output[str]
    """Physical name of the queue."""

    url: pulumi.Output[str]
    """URL for calls to SQS."""

    arn: pulumi.Output[str]
    """ARN for permissions."""

    def __init__(
        self, name: str, args: DeadLetterQueueArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:DeadLetterQueue", name, args, opts)
        key_arn = args.foundation.key_arn
        queue = aws.sqs.Queue(
            name,
            message_retention_seconds=args.retention_days * SECONDS_PER_DAY,
            # SQS accepts one or the other.
            sqs_managed_sse_enabled=True if key_arn is None else None,
            kms_master_key_id=key_arn,
            # By Pulumi: SQS itself has no deletion protection.
            opts=pulumi.ResourceOptions(parent=self, protect=args.foundation.protect_data),
        )
        aws.sqs.QueuePolicy(
            f"{name}-policy",
            queue_url=queue.url,
            policy=policy(
                statement(
                    ["sqs:*"],
                    effect="Deny",
                    principal="*",
                    resources=[queue.arn],
                    condition={"Bool": {"aws:SecureTransport": "false"}},
                    sid="DenyPlainHttp",
                )
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._logical_name = name
        self._writers: dict[str, aws.iam.RolePolicy] = {}
        self.name = queue.name
        self.url = queue.url
        self.arn = queue.arn
        self.register_outputs({"name": self.name, "url": self.url, "arn": self.arn})

    def allow_writer(self, function: PythonFunction) -> aws.iam.RolePolicy:
        """Let `function` write dead letters, and Lambda write them with its role.

        Any number of components may request the permission; it is granted once.
        """
        if function.logical_name not in self._writers:
            self._writers[function.logical_name] = function.allow(
                f"write-to-{self._logical_name}",
                actions=["sqs:SendMessage"],
                resources=[self.arn],
            )
        return self._writers[function.logical_name]

    def metric(self, name: str, statistic: str) -> Metric:
        """A metric that SQS publishes about the queue."""
        return Metric(
            namespace="AWS/SQS",
            name=name,
            dimensions={"QueueName": self.name},
            statistic=statistic,
        )
