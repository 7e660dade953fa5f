"""What every queue of SQS has, whatever waits in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.argument_checks import Size
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.iam import Statement, deny_plain_http, policy, statement
from pulumi_serverless.blocks.lambda_function import LambdaFunction
from pulumi_serverless.blocks.metric import Metric, Statistic

SECONDS_PER_DAY = 86_400

MAX_SOURCES = 20
"""So many ARNs fit the 8,192 bytes of a policy.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html"""


@dataclass(frozen=True, kw_only=True)
class Source(Arguments):
    """An AWS service that may send to a queue on behalf of one resource."""

    service: str
    """Its principal, e.g. "sns.amazonaws.com"."""

    arn: pulumi.Input[str]
    """The resource, e.g. a topic: not any of the service's, which another account may have."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.service.endswith(".amazonaws.com"):
            raise ValueError(
                f'service must be a principal such as "sns.amazonaws.com", got {self.service!r}'
            )


Sources = Annotated[Sequence[Source], Size(0, MAX_SOURCES)]
"""As many as one policy can name."""


class EncryptedQueue(Component):
    """A queue, encrypted at rest, that rejects plain HTTP; standard or FIFO."""

    name: pulumi.Output[str]
    """Physical name of the queue."""

    url: pulumi.Output[str]
    """URL for calls to SQS."""

    arn: pulumi.Output[str]
    """ARN for permissions."""

    logical_name: str
    """The name it was created with."""

    queue: aws.sqs.Queue
    """The queue itself."""

    def _create(
        self,
        name: str,
        *,
        foundation: Foundation,
        fifo: bool,
        retention_days: int,
        sources: Sequence[Source] = (),
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self.logical_name = name
        key_arn = foundation.key_arn
        in_groups: dict[str, Any] = {
            "fifo_queue": True,
            # As fast as the groups: without these two, all groups share 300 messages a second.
            "deduplication_scope": "messageGroup",
            "fifo_throughput_limit": "perMessageGroupId",
        }
        self.queue = aws.sqs.Queue(
            name,
            message_retention_seconds=retention_days * SECONDS_PER_DAY,
            # SQS accepts one or the other.
            sqs_managed_sse_enabled=True if key_arn is None else None,
            kms_master_key_id=key_arn,
            **(in_groups if fifo else {}),
            **(settings or {}),
            # By Pulumi: SQS itself has no deletion protection.
            opts=pulumi.ResourceOptions(parent=self, protect=foundation.protect_data),
        )
        # All of it at once: a queue has one policy, and a second resource would replace the first.
        aws.sqs.QueuePolicy(
            f"{name}-policy",
            queue_url=self.queue.url,
            policy=policy(*_statements(self.queue.arn, sources)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = self.queue.name
        self.url = self.queue.url
        self.arn = self.queue.arn

    def allow_sender(self, function: LambdaFunction) -> aws.iam.RolePolicy:
        """Let `function` send messages, and Lambda send its failed events with its role.

        Any number of components may request the permission; it is granted once.
        """
        return function.allow_once(
            f"send-to-{self.logical_name}", actions=["sqs:SendMessage"], resources=[self.arn]
        )

    def metric(self, name: str, statistic: Statistic) -> Metric:
        """A metric that SQS publishes about the queue."""
        return Metric(
            namespace="AWS/SQS",
            name=name,
            dimensions={"QueueName": self.name},
            statistic=statistic,
        )


def _statements(queue_arn: pulumi.Input[str], sources: Sequence[Source]) -> list[Statement]:
    """Nobody without TLS, and one statement per service: a policy may have 10 conditions."""
    ordered = sorted(sources, key=lambda source: source.service)
    return [
        deny_plain_http("sqs:*", queue_arn),
        *(
            statement(
                ["sqs:SendMessage"],
                principal={"Service": service},
                resources=[queue_arn],
                condition={"ArnEquals": {"aws:SourceArn": [source.arn for source in same]}},
                sid=f"Allow{service.partition('.')[0].title()}",
            )
            for service, same in groupby(ordered, key=lambda source: source.service)
        ),
    ]
