"""Resources arrive in the emulator as the program declares them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws

from local.emulator.clients import ACCOUNT_ID, REGION
from local.emulator.start import Emulator
from local.engine.in_process_engine import InProcessEngine
from local.engine.provider import Provider
from tests.local.redeployed import deploy
from tests.local.roles import TRUST


def _deploy(emulator: Emulator, program: Callable[[], Any]) -> dict[str, Any]:
    return deploy(InProcessEngine(Provider(emulator.client)), program)


def test_a_name_left_to_pulumi_ends_in_a_random_suffix(emulator: Emulator) -> None:
    def program() -> None:
        pulumi.export("name", aws.sqs.Queue("orders").name)

    first, second = _deploy(emulator, program), _deploy(emulator, program)

    assert first["name"].startswith("orders-")
    assert first["name"] != second["name"]


def test_a_queue_has_the_declared_attributes(emulator: Emulator) -> None:
    def program() -> None:
        queue = aws.sqs.Queue(
            "orders", message_retention_seconds=3_600, sqs_managed_sse_enabled=True
        )
        pulumi.export("url", queue.url)
        pulumi.export("arn", queue.arn)

    exports = _deploy(emulator, program)

    attributes = emulator.client("sqs").get_queue_attributes(
        QueueUrl=exports["url"], AttributeNames=["All"]
    )["Attributes"]
    assert attributes["QueueArn"] == exports["arn"]
    assert attributes["MessageRetentionPeriod"] == "3600"
    assert attributes["SqsManagedSseEnabled"] == "true"


def test_a_table_has_the_declared_keys_indexes_and_expiry(emulator: Emulator) -> None:
    def program() -> None:
        table = aws.dynamodb.Table(
            "orders",
            billing_mode="PAY_PER_REQUEST",
            hash_key="customer",
            range_key="placed_at",
            attributes=[{"name": name, "type": "S"} for name in ("customer", "placed_at", "state")],
            global_secondary_indexes=[
                aws.dynamodb.TableGlobalSecondaryIndexArgs(
                    name="by-state", hash_key="state", projection_type="ALL"
                )
            ],
            ttl={"attribute_name": "expires_at", "enabled": True},
            deletion_protection_enabled=True,
        )
        pulumi.export("name", table.name)

    name = _deploy(emulator, program)["name"]

    dynamodb = emulator.client("dynamodb")
    table = dynamodb.describe_table(TableName=name)["Table"]
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["customer", "placed_at"]
    assert table["GlobalSecondaryIndexes"][0]["IndexName"] == "by-state"
    assert table["DeletionProtectionEnabled"]
    expiry = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert expiry["AttributeName"] == "expires_at"


def test_a_function_has_the_declared_environment_and_delivery(
    emulator: Emulator, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle.zip"
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("app.py", "def handle(event, context): return event")

    def program() -> None:
        function = aws.lambda_.Function(
            "echo",
            runtime="python3.13",
            handler="app.handle",
            code=pulumi.FileArchive(str(bundle)),
            role=aws.iam.Role("echo", assume_role_policy=TRUST).arn,
            timeout=7,
            environment={"variables": {"COLOUR": "blue"}},
        )
        queue = aws.sqs.Queue("failed")
        aws.lambda_.FunctionEventInvokeConfig(
            "echo",
            function_name=function.name,
            maximum_retry_attempts=1,
            destination_config={"on_failure": {"destination": queue.arn}},
        )
        pulumi.export("name", function.name)
        pulumi.export("queue", queue.arn)

    exports = _deploy(emulator, program)

    functions = emulator.client("lambda")
    configuration = functions.get_function_configuration(FunctionName=exports["name"])
    assert configuration["Timeout"] == 7
    assert configuration["Environment"]["Variables"] == {"COLOUR": "blue"}
    delivery = functions.get_function_event_invoke_config(FunctionName=exports["name"])
    assert delivery["MaximumRetryAttempts"] == 1
    assert delivery["DestinationConfig"]["OnFailure"]["Destination"] == exports["queue"]
    response = functions.invoke(FunctionName=exports["name"], Payload=b'{"a": 1}')
    assert response["Payload"].read() == b'{"a": 1}'


def test_a_schedule_runs_the_declared_target_at_the_declared_rate(emulator: Emulator) -> None:
    role_arn = f"arn:aws:iam::{ACCOUNT_ID}:role/schedule"
    target_arn = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:relay"

    def program() -> None:
        schedule = aws.scheduler.Schedule(
            "relay",
            schedule_expression="rate(1 minute)",
            flexible_time_window={"mode": "OFF"},
            target={
                "arn": target_arn,
                "role_arn": role_arn,
                "retry_policy": {"maximum_retry_attempts": 0},
            },
        )
        pulumi.export("name", schedule.name)

    name = _deploy(emulator, program)["name"]

    made = emulator.client("scheduler").get_schedule(Name=name)
    assert made["ScheduleExpression"] == "rate(1 minute)"
    assert made["FlexibleTimeWindow"]["Mode"] == "OFF"
    assert (made["Target"]["Arn"], made["Target"]["RoleArn"]) == (target_arn, role_arn)
    assert made["Target"]["RetryPolicy"]["MaximumRetryAttempts"] == 0
