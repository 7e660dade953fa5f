"""The topic that alarms notify, and its subscribers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal
from urllib.parse import urlsplit

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.argument_checks import Distinct
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.encrypted_queue import Source
from pulumi_serverless.blocks.encryption_key import EncryptionKey
from pulumi_serverless.blocks.topic import Topic, TopicArgs
from serverless_runtime.shared.addresses import is_address

_URL = re.compile(r"https://[^\s/?#@]+([/?#]\S*)?")
_QUEUE_ARN = re.compile(r"arn:[a-z-]+:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,80}(\.fifo)?")

Protocol = Literal["email", "https", "sqs"]


@dataclass(frozen=True, kw_only=True)
class Subscriber(Arguments):
    """A person or a service that is notified of alarms."""

    protocol: Protocol
    """"email" for a person, "https" for an incident or chat service, "sqs" for a queue."""

    endpoint: str = field(repr=False)
    """The address, the URL, or the ARN of a queue whose policy lets the topic send to it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        is_fine, needed = {
            "email": (is_address(self.endpoint), "an address"),
            "https": (_URL.fullmatch(self.endpoint), "a URL with https://"),
            "sqs": (_QUEUE_ARN.fullmatch(self.endpoint), "a queue's ARN"),
        }[self.protocol]
        if not is_fine:
            # Not shown: it may contain a secret.
            raise ValueError(
                f"endpoint of an {self.protocol} subscriber must be {needed}, "
                f"got {len(self.endpoint)} characters of something else"
            )

    @property
    def label(self) -> str:
        """Its part of resource names; contains no secret."""
        if self.protocol == "sqs":
            # Two accounts, or two regions, may have queues of one name.
            region, account_id, queue = self.endpoint.split(":")[3:]
            return f"{queue}-{account_id}-{region}"
        digest = hashlib.sha256(self.endpoint.encode()).hexdigest()
        host = urlsplit(self.endpoint).hostname if self.protocol == "https" else "email"
        return f"{host}-{digest[:8]}"


@dataclass(frozen=True, kw_only=True)
class AlarmTopicArgs(Arguments):
    """Who is notified."""

    subscribers: Annotated[Sequence[Subscriber], Distinct()] = field(default_factory=tuple)
    """Subscribers by email and https must confirm once; until then SNS sends them nothing."""

    require_subscriber: bool = True
    """Whether a topic without subscribers is an error; for SNS it is not."""

    encryption_key: EncryptionKey | None = None
    """Key that encrypts the messages."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.require_subscriber and not self.subscribers:
            raise ValueError(
                "subscribers must name at least one, got 0: nobody would be notified of alarms "
                "(require_subscriber=False allows that)"
            )


class AlarmTopic(Component):
    """One topic with its subscriptions."""

    arn: pulumi.Output[str]
    """ARN of the topic, for the foundation."""

    def __init__(
        self, name: str, args: AlarmTopicArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:AlarmTopic", name, args, opts)
        child = pulumi.ResourceOptions(parent=self)
        topic = Topic(
            name,
            TopicArgs(encryption_key=args.encryption_key, sources=[self._own_alarms()]),
            opts=child,
        )
        for subscriber in args.subscribers:
            aws.sns.TopicSubscription(
                f"{name}-{subscriber.label}",
                topic=topic.arn,
                protocol=subscriber.protocol,
                endpoint=_endpoint(subscriber),
                opts=child,
            )
        self.arn = topic.arn
        self.register_outputs({"arn": self.arn})

    def _own_alarms(self) -> Source:
        """Those of this account and region.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
        """
        lookup = pulumi.InvokeOutputOptions(parent=self)
        alarms = pulumi.Output.concat(
            "arn:",
            aws.get_partition_output(opts=lookup).partition,
            ":cloudwatch:",
            aws.get_region_output(opts=lookup).region,
            ":",
            aws.get_caller_identity_output(opts=lookup).account_id,
            ":alarm:*",
        )
        return Source(service="cloudwatch.amazonaws.com", arn=alarms)


def _endpoint(subscriber: Subscriber) -> pulumi.Input[str]:
    # Anyone who knows the URL of an incident service can post to it, and an address is a person's.
    if subscriber.protocol == "sqs":
        return subscriber.endpoint
    return pulumi.Output.secret(subscriber.endpoint)
