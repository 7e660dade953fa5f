"""A customer-managed KMS key for the data of a stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

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
# message's writers and readers, and Lambda to decrypt a function's environment. Sources:
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
USER_SERVICES = ("dynamodb", "lambda", "sqs")


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyArgs:
    """How the key is protected."""

    protect_data: bool = True
    """Protect the key from deletion by Pulumi: without it, nobody can read what it encrypted."""


class EncryptionKey(pulumi.ComponentResource):
    """A KMS key for the tables, queues, topics and logs of one stack, rotated every year.

    Its policy lets CloudWatch Logs encrypt this stack's log groups, CloudWatch's alarms publish to
    an encrypted topic, and IAM policies of the account grant the rest. Without the first two,
    log groups cannot be created and alarms notify nobody.
    """

    arn: pulumi.Output[str]
    """ARN of the key."""

    through_services: dict[str, Any]
    """Condition for its use: through DynamoDB, Lambda and SQS of this region, never directly."""

    def __init__(
        self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:EncryptionKey", name, {}, opts)
        lookup = pulumi.InvokeOutputOptions(parent=self)
        region = aws.get_region_output(opts=lookup).region
        account_id = aws.get_caller_identity_output(opts=lookup).account_id
        key = aws.kms.Key(
            name,
            description=f"Tables, queues, topics and logs of {stack_name()}",
            enable_key_rotation=True,
            deletion_window_in_days=DELETION_WINDOW_DAYS,
            policy=pulumi.Output.all(region, account_id).apply(
                lambda known: policy(*_statements(region=known[0], account_id=known[1]))
            ),
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
                    pulumi.Output.concat(service, ".", region, ".amazonaws.com")
                    for service in USER_SERVICES
                ]
            }
        }
        self.register_outputs({"arn": self.arn})


def arn_of(key: EncryptionKey | None) -> pulumi.Output[str] | None:
    """The key's ARN; None if AWS's own keys are used."""
    return None if key is None else key.arn


def _statements(*, region: str, account_id: str) -> list[Statement]:
    logs = f"arn:aws:logs:{region}:{account_id}:log-group"
    log_groups = [f"{logs}:{function_log_group('*')}", f"{logs}:{api_log_group('*')}"]
    alarms = f"arn:aws:cloudwatch:{region}:{account_id}:alarm:*"
    own_key = ["*"]
    return [
        # Without it nobody could administer the key, or allow its use in IAM policies.
        statement(
            ["kms:*"],
            sid="LetIamOfThisAccountGrant",
            principal={"AWS": f"arn:aws:iam::{account_id}:root"},
            resources=own_key,
        ),
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
        statement(
            [
                *("kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*"),
                *("kms:GenerateDataKey*", "kms:Describe*"),
            ],
            sid="EncryptLogsOfThisStack",
            principal={"Service": f"logs.{region}.amazonaws.com"},
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
    ]
