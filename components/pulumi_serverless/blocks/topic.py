"""A topic: what is published to it reaches every subscriber that wants it."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.encrypted_queue import Sources
from pulumi_serverless.blocks.encryption_key import EncryptionKey, arn_of
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.iam import deny_plain_http, policy, statement
from pulumi_serverless.blocks.metric import Metric, Statistic


@dataclass(frozen=True, kw_only=True)
class TopicArgs(Arguments):
    """Who may publish besides functions, and how messages are encrypted."""

    encryption_key: EncryptionKey | None = None
    """Key that encrypts the messages; without one, SNS stores them unencrypted."""

    sources: Sources = ()
    """Services that may publish, at most 20, each on behalf of one resource, or of those that an
    ARN with "*" matches. Functions need `allow_publisher`."""


class Topic(Component):
    """A standard topic that rejects plain HTTP."""

    name: pulumi.Output[str]
    """Physical name of the topic."""

    arn: pulumi.Output[str]
    """ARN for permissions and subscriptions."""

    logical_name: str
    """The name it was created with."""

    def __init__(
        self, name: str, args: TopicArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Topic", name, args, opts)
        self.logical_name = name
        child = pulumi.ResourceOptions(parent=self)
        topic = aws.sns.Topic(name, kms_master_key_id=arn_of(args.encryption_key), opts=child)
        # It takes the place of SNS's default, by which any service may publish for the account.
        aws.sns.TopicPolicy(
            f"{name}-policy",
            arn=topic.arn,
            policy=policy(
                deny_plain_http("sns:Publish", topic.arn),
                *(
                    statement(
                        ["sns:Publish"],
                        principal={"Service": source.service},
                        resources=[topic.arn],
                        condition={"ArnLike": {"aws:SourceArn": source.arn}},
                        sid=f"Allow{source.service.partition('.')[0].title()}{number}",
                    )
                    for number, source in enumerate(args.sources, 1)
                ),
            ),
            opts=child,
        )
        self.name = topic.name
        self.arn = topic.arn
        self.register_outputs({"name": self.name, "arn": self.arn})

    def allow_publisher(self, function: PythonFunction) -> aws.iam.RolePolicy:
        """Let `function` publish, and nothing else.

        Any number of components may request the permission; it is granted once.
        """
        return function.allow_once(
            f"publish-to-{self.logical_name}", actions=["sns:Publish"], resources=[self.arn]
        )

    def metric(self, name: str, statistic: Statistic) -> Metric:
        """A metric that SNS publishes about the topic.

        https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
        """
        return Metric(
            namespace="AWS/SNS",
            name=name,
            dimensions={"TopicName": self.name},
            statistic=statistic,
        )
