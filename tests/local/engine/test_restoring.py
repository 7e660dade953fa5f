"""A second deployment finds what the first created, and restores what was changed by hand."""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

from local.emulator.clients import ACCOUNT_ID, REGION
from local.emulator.start import Emulator
from tests.local.redeployed import Stack


def a_queue(retention_seconds: int = 3_600) -> aws.sqs.Queue:
    queue = aws.sqs.Queue("orders", message_retention_seconds=retention_seconds)
    policy = queue.arn.apply(lambda arn: json.dumps({"Version": "2012-10-17", "Id": arn}))
    aws.sqs.QueuePolicy("orders", queue_url=queue.url, policy=policy)
    pulumi.export("url", queue.url)
    return queue


def test_what_is_as_declared_is_not_created_again(stack: Stack) -> None:
    assert stack.up(a_queue) == stack.up(a_queue)


def test_a_changed_setting_is_applied(stack: Stack, emulator: Emulator) -> None:
    url = stack.up(a_queue)["url"]

    assert stack.up(lambda: a_queue(retention_seconds=7_200))["url"] == url

    attributes = emulator.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    assert attributes["Attributes"]["MessageRetentionPeriod"] == "7200"


def test_a_deleted_queue_is_created_again_and_so_is_its_policy(
    stack: Stack, emulator: Emulator
) -> None:
    sqs, url = emulator.client("sqs"), stack.up(a_queue)["url"]
    sqs.delete_queue(QueueUrl=url)

    recreated = stack.up(a_queue)["url"]

    # As Pulumi does it: a new random suffix.
    assert recreated != url
    response = sqs.get_queue_attributes(QueueUrl=recreated, AttributeNames=["Policy", "QueueArn"])
    assert json.loads(response["Attributes"]["Policy"])["Id"] == response["Attributes"]["QueueArn"]


def a_schedule() -> None:
    schedule = aws.scheduler.Schedule(
        "relay",
        schedule_expression="rate(1 minute)",
        flexible_time_window={"mode": "OFF"},
        target={
            "arn": f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:relay",
            "role_arn": f"arn:aws:iam::{ACCOUNT_ID}:role/schedule",
        },
    )
    pulumi.export("name", schedule.name)


def test_a_schedule_that_was_disabled_is_enabled_again(stack: Stack, emulator: Emulator) -> None:
    scheduler, name = emulator.client("scheduler"), stack.up(a_schedule)["name"]
    found = scheduler.get_schedule(Name=name)
    kept = ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target")
    scheduler.update_schedule(**{key: found[key] for key in kept}, State="DISABLED")

    assert stack.up(a_schedule)["name"] == name

    assert scheduler.get_schedule(Name=name)["State"] == "ENABLED"


def test_a_schedule_that_was_deleted_is_created_again(stack: Stack, emulator: Emulator) -> None:
    scheduler, name = emulator.client("scheduler"), stack.up(a_schedule)["name"]
    scheduler.delete_schedule(Name=name)

    recreated = stack.up(a_schedule)["name"]

    assert scheduler.get_schedule(Name=recreated)["State"] == "ENABLED"


def test_provisioned_capacity_of_a_table_is_removed(stack: Stack, emulator: Emulator) -> None:
    def program() -> None:
        table = aws.dynamodb.Table(
            "orders",
            billing_mode="PAY_PER_REQUEST",
            hash_key="id",
            attributes=[{"name": "id", "type": "S"}],
        )
        pulumi.export("name", table.name)

    dynamodb, name = emulator.client("dynamodb"), stack.up(program)["name"]
    limits = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    dynamodb.update_table(TableName=name, BillingMode="PROVISIONED", ProvisionedThroughput=limits)

    stack.up(program)

    table = dynamodb.describe_table(TableName=name)["Table"]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
