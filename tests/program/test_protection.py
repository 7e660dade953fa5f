"""What holds data is kept, and encrypted with the key that its stack configures."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from pulumi_serverless.testing import Graph
from pulumi_serverless.testing.mocks import ACCOUNT_ID, FUNCTION, REGION, ROLE_POLICY
from tests.program.programs import ROOT

TABLE = "aws:dynamodb/table:Table"
QUEUE = "aws:sqs/queue:Queue"
TOPIC = "aws:sns/topic:Topic"
KEY = "aws:kms/key:Key"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"

KEY_ARN = "arn:data"


@pytest.fixture(scope="module")
def key_policy(prod: Graph) -> dict[str, dict[str, Any]]:
    """The key's statements by their Sid."""
    statements = json.loads(prod.only(KEY).inputs["policy"])["Statement"]
    return {statement["Sid"]: statement for statement in statements}


def test_data_is_protected_unless_the_stack_says_otherwise(prod: Graph, dev: Graph) -> None:
    settings = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    assert settings["protectData"]["default"] is True
    for table in prod.of_type(TABLE):
        assert table.protect
        assert table.inputs["deletionProtectionEnabled"] is True
        assert table.inputs["pointInTimeRecovery"] == {"enabled": True}
    for table in dev.of_type(TABLE):
        assert not table.protect
        assert table.inputs["deletionProtectionEnabled"] is False


def test_prod_protects_what_holds_data_from_deletion(prod: Graph) -> None:
    holders = [r for r in prod.all if r.type in (TABLE, QUEUE, KEY)]

    assert {r.name for r in holders if r.protect} == {
        *("tasks-table", "notifications-deliveries", "task-events-outbox"),
        *("task-events-dead-letters", "data"),
    }


def test_prod_keeps_logs_longer_than_dev(prod: Graph, dev: Graph) -> None:
    def days(stack: Graph) -> set[float]:
        return {group.inputs["retentionInDays"] for group in stack.of_type(LOG_GROUP)}

    assert (days(prod), days(dev)) == ({365}, {14})


def test_one_key_of_the_customer_encrypts_everything_that_is_stored(prod: Graph) -> None:
    for table in prod.of_type(TABLE):
        assert table.inputs["serverSideEncryption"] == {"enabled": True, "kmsKeyArn": KEY_ARN}
    for queue in prod.of_type(QUEUE):
        assert queue.inputs["kmsMasterKeyId"] == KEY_ARN
        assert "sqsManagedSseEnabled" not in queue.inputs
    assert {topic.inputs["kmsMasterKeyId"] for topic in prod.of_type(TOPIC)} == {KEY_ARN}
    assert {group.inputs["kmsKeyId"] for group in prod.of_type(LOG_GROUP)} == {KEY_ARN}
    assert {function.inputs["kmsKeyArn"] for function in prod.of_type(FUNCTION)} == {KEY_ARN}


def test_the_key_is_rotated_and_its_deletion_can_be_cancelled_for_a_month(prod: Graph) -> None:
    key = prod.only(KEY).inputs
    assert (key["enableKeyRotation"], key["deletionWindowInDays"]) == (True, 30)


def test_without_a_key_of_the_customer_none_is_made_and_queues_are_encrypted(dev: Graph) -> None:
    assert dev.of_type(KEY) == []
    assert [queue.inputs["sqsManagedSseEnabled"] for queue in dev.of_type(QUEUE)] == [True]


def test_logs_can_be_encrypted_for_every_log_group_of_the_stack_and_no_other(
    prod: Graph, key_policy: dict[str, dict[str, Any]]
) -> None:
    statement = key_policy["EncryptLogsOfThisStack"]
    patterns = statement["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]

    assert statement["Principal"] == {"Service": f"logs.{REGION}.amazonaws.com"}
    prefixes = tuple(pattern.removesuffix("*") for pattern in patterns)
    for group in prod.of_type(LOG_GROUP):
        arn = f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:{group.inputs['name']}"
        assert arn.startswith(prefixes), arn
    other = f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:/aws/lambda/internal-handoff-dev-x"
    assert not other.startswith(prefixes)


def test_alarms_of_this_account_can_publish_to_the_encrypted_topic(
    key_policy: dict[str, dict[str, Any]],
) -> None:
    statement = key_policy["LetAlarmsPublish"]

    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert set(statement["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey*"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT_ID},
        "ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT_ID}:alarm:*"},
    }


def test_nobody_outside_the_account_is_named_in_the_keys_policy(
    key_policy: dict[str, dict[str, Any]],
) -> None:
    principals = [statement["Principal"] for statement in key_policy.values()]
    assert [principal["AWS"] for principal in principals if "AWS" in principal] == [
        f"arn:aws:iam::{ACCOUNT_ID}:root"
    ]


def test_every_function_may_use_the_key_through_what_stores_its_data_only(prod: Graph) -> None:
    grants = [p for p in prod.of_type(ROLE_POLICY) if p.name.endswith("-may-use-key")]

    assert {p.inputs["role"] for p in grants} == {
        f.inputs["role"].removeprefix("arn:") + "-1a2b3c4" for f in prod.of_type(FUNCTION)
    }
    for grant in grants:
        (statement,) = json.loads(grant.inputs["policy"])["Statement"]
        assert statement["Resource"] == [KEY_ARN]
        assert {"kms:Decrypt", "kms:GenerateDataKey"} <= set(statement["Action"])
        assert not any("*" in action for action in statement["Action"])
        assert statement["Condition"]["StringEquals"]["kms:ViaService"] == [
            f"{service}.{REGION}.amazonaws.com" for service in ("dynamodb", "lambda", "sns", "sqs")
        ]


def test_a_function_exists_only_once_its_role_may_use_the_key(prod: Graph) -> None:
    for function in prod.of_type(FUNCTION):
        waits_for = {urn.rsplit("::", 1)[1] for urn in function.dependencies}
        assert f"{function.name}-may-use-key" in waits_for
