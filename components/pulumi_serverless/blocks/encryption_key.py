"""A customer-managed KMS key for the data of a stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.iam import Statement, policy, statement
from pulumi_serverless.blocks.names import (
    api_log_group,
    component_name,
    function_log_group,
    stack_name,
)

DELETION_WINDOW_DAYS = 30
"""How long KMS keeps a deleted key, so that the deletion can be cancelled; 30 is the maximum.
https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html"""

# What DynamoDB does with the key on behalf of a table's users, SQS on behalf of a
# message's writers and readers, SNS on behalf of its publishers, and Lambda to decrypt a function's
# environment. Sources:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
USER_ACTIONS = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
USER_SERVICES = ("dynamodb", "lambda", "sns", "sqs")


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyArgs(Arguments):
    """How the key is protected."""

    protect_data: bool = True
    """Protect the key from deletion by Pulumi: without it, nobody can read what it encrypted."""


class EncryptionKey(Component):
    """A KMS key for the tables, queues, topics and logs of one stack, rotated every year.

    Its policy lets CloudWatch Logs encrypt this stack's log groups, CloudWatch's alarms publish to
    an encrypted topic, topics and EventBridge's rules deliver to encrypted queues, and IAM policies
    of the account grant the rest. Without the first four, log groups cannot be created, alarms
    notify nobody, and subscribers and rules get nothing, not even dead letters.
    """

    arn: pulumi.Output[str]
    """ARN of the key."""

    through_services: dict[str, Any]
    """Condition for its use: through DynamoDB, Lambda, SNS and SQS of this region, never
    directly."""

    def __init__(
        self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:EncryptionKey", name, args, opts)
        lookup = pulumi.InvokeOutputOptions(parent=self)
        region = aws.get_region_output(opts=lookup).region
        account_id = aws.get_caller_identity_output(opts=lookup).account_id
        partition = aws.get_partition_output(opts=lookup)
        key = aws.kms.Key(
            name,
            description=f"Tables, queues, topics and logs of {stack_name()}",
            enable_key_rotation=True,
            deletion_window_in_days=DELETION_WINDOW_DAYS,
            policy=pulumi.Output.all(
                region=region,
                account_id=account_id,
                partition=partition.partition,
                suffix=partition.dns_suffix,
            ).apply(lambda known: policy(*_statements(**known))),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect_data),
        )
        aws.kms.Alias(
            f"{name}-alias",
            name=f"alias/{component_name(name)}",
            target_key_id=key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = key.arn
        self.through_services = {
            "StringEquals": {
                "kms:ViaService": [
                    pulumi.Output.concat(service, ".", region, ".", partition.dns_suffix)
                    for service in USER_SERVICES
                ]
            }
        }
        self.register_outputs({"arn": self.arn})


def arn_of(key: EncryptionKey | None) -> pulumi.Output[str] | None:
    """The key's ARN; None if AWS's own keys are used."""
    return None if key is None else key.arn


def _statements(*, region: str, account_id: str, partition: str, suffix: str) -> list[Statement]:
    logs = f"arn:{partition}:logs:{region}:{account_id}:log-group"
    log_groups = [f"{logs}:{function_log_group('*')}", f"{logs}:{api_log_group('*')}"]
    alarms = f"arn:{partition}:cloudwatch:{region}:{account_id}:alarm:*"
    topics = f"arn:{partition}:sns:{region}:{account_id}:*"
    own_key = ["*"]
    return [
        # Without it nobody could administer the key, or allow its use in IAM policies.
        statement(
            ["kms:*"],
            sid="LetIamOfThisAccountGrant",
            principal={"AWS": f"arn:{partition}:iam::{account_id}:root"},
            resources=own_key,
        ),
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
        statement(
            [
                *("kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*"),
                *("kms:GenerateDataKey*", "kms:Describe*"),
            ],
            sid="EncryptLogsOfThisStack",
            principal={"Service": f"logs.{region}.{suffix}"},
            resources=own_key,
            condition={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
        ),
        # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
        statement(
            ["kms:Decrypt", "kms:GenerateDataKey*"],
            sid="LetAlarmsPublish",
            principal={"Service": "cloudwatch.amazonaws.com"},
            resources=own_key,
            condition={
                "StringEquals": {"aws:SourceAccount": account_id},
                "ArnLike": {"aws:SourceArn": alarms},
            },
        ),
        # https://docs.aws.amazon.com/sns/latest/dg/sns-enable-encryption-for-topic-sqs-queue-subscriptions.html
        statement(
            ["kms:Decrypt", "kms:GenerateDataKey*"],
            sid="LetTopicsDeliver",
            principal={"Service": "sns.amazonaws.com"},
            resources=own_key,
            condition={"ArnLike": {"aws:SourceArn": topics}},
        ),
        # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
        statement(
            ["kms:Decrypt", "kms:GenerateDataKey*"],
            sid="LetRulesDeliver",
            principal={"Service": "events.amazonaws.com"},
            resources=own_key,
            condition={"StringEquals": {"aws:SourceAccount": account_id}},
        ),
    ]
