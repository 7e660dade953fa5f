"""What is translated for the emulator, and that each difference from AWS still exists."""

from __future__ import annotations

import json
import subprocess
import time
import uuid
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from local.emulator.clients import ACCOUNT_ID, REGION, Clients
from local.emulator.differences import emulator_differences
from local.emulator.start import Emulator, emulator_python
from local.engine.role_policies import role_policy_for_emulator
from local.engine.services.apigatewayv2 import api_url, stable_api_id
from local.scenario.observe import log_lines
from serverless_runtime.shared.metrics import metrics_line
from tests.local.roles import as_role, policy_of

SENDER = "sender@example.com"
IDENTITY_ARN = f"arn:aws:ses:{REGION}:{ACCOUNT_ID}:identity/{SENDER}"
SEND_STATEMENT: dict[str, Any] = {
    "Effect": "Allow",
    "Action": ["ses:SendEmail"],
    "Resource": [IDENTITY_ARN],
    "Condition": {"StringEquals": {"ses:FromAddress": SENDER}},
}
DENY_PLAIN_HTTP: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sqs:*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def _statements(policy: str | None) -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = json.loads(policy or "")["Statement"]
    return statements


def _send_email(client: Clients) -> None:
    client("sesv2").send_email(
        FromEmailAddress=SENDER,
        Destination={"ToAddresses": ["reader@example.com"]},
        Content={"Simple": {"Subject": {"Data": "Hi"}, "Body": {"Text": {"Data": "there"}}}},
    )


def test_every_difference_describes_aws_the_emulator_and_the_workaround() -> None:
    assert all(all(difference) for difference in emulator_differences())


def test_the_emulator_still_denies_email_granted_on_an_identity(emulator: Emulator) -> None:
    emulator.client("sesv2").create_email_identity(EmailIdentity=SENDER)

    with pytest.raises(ClientError, match="AccessDenied"):
        _send_email(as_role(emulator, policy_of(SEND_STATEMENT)))

    _send_email(as_role(emulator, role_policy_for_emulator(policy_of(SEND_STATEMENT))))


def test_only_the_email_statements_of_a_policy_are_widened() -> None:
    read = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "arn:table"}

    widened = _statements(role_policy_for_emulator(policy_of(SEND_STATEMENT, read)))

    assert widened == [{"Effect": "Allow", "Action": ["ses:SendEmail"], "Resource": "*"}, read]


def test_conditions_other_than_on_email_are_kept() -> None:
    tls = {"Bool": {"aws:SecureTransport": "true"}}
    statement = {**SEND_STATEMENT, "Condition": {**SEND_STATEMENT["Condition"], **tls}}

    (widened,) = _statements(role_policy_for_emulator(policy_of(statement)))

    assert widened["Condition"] == tls


def test_a_queue_that_denies_plain_http_can_be_used_over_the_loopback(emulator: Emulator) -> None:
    sqs = emulator.client("sqs")
    url = sqs.create_queue(QueueName=f"queue-{uuid.uuid4()}")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy_of(DENY_PLAIN_HTTP)})

    assert sqs.send_message(QueueUrl=url, MessageBody="hello")["MessageId"]


def test_other_denials_of_a_queue_policy_still_hold(emulator: Emulator) -> None:
    sqs = emulator.client("sqs")
    url = sqs.create_queue(QueueName=f"queue-{uuid.uuid4()}")["QueueUrl"]
    deny_all = {key: value for key, value in DENY_PLAIN_HTTP.items() if key != "Condition"}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy_of(deny_all)})

    with pytest.raises(ClientError, match="AccessDenied"):
        sqs.send_message(QueueUrl=url, MessageBody="hello")


def test_the_emulator_still_publishes_no_metrics_of_queues(emulator: Emulator) -> None:
    sqs = emulator.client("sqs")
    name = f"queue-{uuid.uuid4()}"
    sqs.send_message(QueueUrl=sqs.create_queue(QueueName=name)["QueueUrl"], MessageBody="hello")

    dimensions = [{"Name": "QueueName", "Value": name}]
    metrics = emulator.client("cloudwatch").list_metrics(Dimensions=dimensions)["Metrics"]

    assert metrics == []


def test_an_api_keeps_its_id_from_one_deployment_to_the_next() -> None:
    assert stable_api_id("tasks-api-1a2b3c4") == stable_api_id("tasks-api-d5e6f70")
    assert stable_api_id("tasks-api-1a2b3c4") != stable_api_id("other-api-1a2b3c4")


def test_the_emulator_still_makes_no_metrics_of_log_lines(emulator: Emulator) -> None:
    logs, name = emulator.client("logs"), f"handoff-{uuid.uuid4()}"
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="run")
    now_ms = int(time.time() * 1000)
    line = metrics_line(
        {"Age": ("Seconds", 1)}, {"Handoff": name}, namespace="Handoff", at_ms=now_ms
    )
    logs.put_log_events(
        logGroupName=name,
        logStreamName="run",
        logEvents=[{"timestamp": now_ms, "message": line}],
    )

    dimensions = [{"Name": "Handoff", "Value": name}]
    metrics = emulator.client("cloudwatch").list_metrics(Dimensions=dimensions)["Metrics"]

    assert metrics == []


def test_a_log_longer_than_one_response_of_the_emulator_is_read_whole(emulator: Emulator) -> None:
    logs, name = emulator.client("logs"), f"handoff-{uuid.uuid4()}"
    now_ms = int(time.time() * 1000)
    logs.create_log_group(logGroupName=name)
    written = [f"line {number}" for number in range(10_200)]
    for start in range(0, len(written), 100):
        stream = f"run-{start:05}"
        logs.create_log_stream(logGroupName=name, logStreamName=stream)
        events = [{"timestamp": now_ms + start, "message": line} for line in written[start:][:100]]
        logs.put_log_events(logGroupName=name, logStreamName=stream, logEvents=events)

    response = logs.filter_log_events(logGroupName=name)
    assert (len(response["events"]), response.get("nextToken")) == (10_000, None)
    assert log_lines(logs, name) == written


def test_functions_still_have_no_package_that_checks_signatures_of_tokens() -> None:
    found = subprocess.run(  # noqa: S603 -- our own interpreter and text
        [emulator_python(), "-c", "import cryptography"], capture_output=True, check=False
    )

    assert b"ModuleNotFoundError" in found.stderr


def _an_api_that_sends(emulator: Emulator, role_arn: str, queue_url: str) -> str:
    """The URL of a route that sends what is posted to it."""
    api = emulator.client("apigatewayv2")
    api_id = api.create_api(Name=f"api-{uuid.uuid4()}", ProtocolType="HTTP")["ApiId"]
    integration = api.create_integration(
        ApiId=api_id,
        IntegrationType="AWS_PROXY",
        IntegrationSubtype="SQS-SendMessage",
        PayloadFormatVersion="1.0",
        CredentialsArn=role_arn,
        RequestParameters={
            "QueueUrl": queue_url,
            "MessageBody": "$request.body",
            "MessageAttributes": '{"agent":{"DataType":"String",'
            '"StringValue":"from ${request.header.user-agent}"},'
            '"id":{"DataType":"String","StringValue":"${context.requestId}"}}',
        },
        ResponseParameters={
            "200": {"overwrite:statuscode": "202", "overwrite:header.x-id": "$context.requestId"}
        },
    )
    assert integration["IntegrationSubtype"] == "SQS-SendMessage"
    target = f"integrations/{integration['IntegrationId']}"
    api.create_route(ApiId=api_id, RouteKey="POST /", Target=target)
    api.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)
    return f"{api_url(emulator.url, api_id)}/"


def _role(emulator: Emulator, *actions: str) -> str:
    iam, name = emulator.client("iam"), f"role-{uuid.uuid4()}"
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy_of(trust))["Role"]
    allowed = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    iam.put_role_policy(RoleName=name, PolicyName="policy", PolicyDocument=policy_of(allowed))
    arn: str = role["Arn"]
    return arn


def test_an_api_sends_to_a_queue_if_its_role_may(emulator: Emulator) -> None:
    sqs = emulator.client("sqs")
    queue = sqs.create_queue(QueueName=f"queue-{uuid.uuid4()}")["QueueUrl"]
    sending = _an_api_that_sends(emulator, _role(emulator, "sqs:SendMessage"), queue)
    reading = _an_api_that_sends(emulator, _role(emulator, "sqs:ReceiveMessage"), queue)
    headers = {"user-agent": "a test"}

    sent, refused = (
        httpx.post(url, content="hello", headers=headers) for url in (sending, reading)
    )

    assert [sent.status_code, refused.status_code] == [httpx.codes.ACCEPTED, httpx.codes.FORBIDDEN]
    [message] = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"])["Messages"]
    assert message["Body"] == "hello"
    assert message["MessageAttributes"]["agent"]["StringValue"] == "from a test"
    assert sent.headers["x-id"] == message["MessageAttributes"]["id"]["StringValue"]
    assert "x-id" not in refused.headers


def test_the_emulator_itself_still_has_no_integrations_with_queues() -> None:
    source = "import inspect, ministack.services.apigateway as a; print(inspect.getsource(a))"

    code = subprocess.run(  # noqa: S603 -- our own interpreter
        [emulator_python(), "-c", source], capture_output=True, text=True, check=True
    ).stdout

    assert "SendMessage" not in code
    assert "integrationSubtype" not in code


def test_a_policy_can_name_the_partition_keys_of_rows(emulator: Emulator) -> None:
    name = f"table-{uuid.uuid4()}"
    emulator.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "circuit", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "circuit", "AttributeType": "S"}],
    )
    own = {
        "Effect": "Allow",
        "Action": ["dynamodb:GetItem", "dynamodb:UpdateItem"],
        "Resource": [f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{name}"],
        "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["mine"]}},
    }
    dynamodb = as_role(emulator, policy_of(own))("dynamodb")

    dynamodb.get_item(TableName=name, Key={"circuit": {"S": "mine"}})
    dynamodb.update_item(TableName=name, Key={"circuit": {"S": "mine"}})
    with pytest.raises(ClientError, match="AccessDenied"):
        dynamodb.get_item(TableName=name, Key={"circuit": {"S": "theirs"}})
    with pytest.raises(ClientError, match="AccessDenied"):
        dynamodb.update_item(TableName=name, Key={"circuit": {"S": "theirs"}})


def test_the_emulator_itself_still_does_not_know_partition_keys_in_policies() -> None:
    source = "import inspect, ministack.core.iam_actions as a; print(inspect.getsource(a))"

    code = subprocess.run(  # noqa: S603 -- our own interpreter
        [emulator_python(), "-c", source], capture_output=True, text=True, check=True
    ).stdout

    assert "LeadingKeys" not in code
