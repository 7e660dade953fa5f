"""The services that are compared end to end: ours, and the baselines in the same emulator."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx

from benchmarks.subjects import zipped
from local.emulator.bytecode import with_bytecode
from local.emulator.clients import ACCOUNT_ID, REGION
from local.engine.services.http_apis import api_url
from local.stack import DeployedStack
from pulumi_serverless.blocks.foundation import PYTHON_VERSION, Runtime
from pulumi_serverless.task_service import task_service

_BARE = Path(__file__).with_name("bare") / "bare_service.py"
_MEMORY_MB = Runtime.memory_mb
_TIMEOUT_SECONDS = 30
_TASKS_ROUTE = "POST /tasks"

Statement = dict[str, Any]


@dataclass(frozen=True)
class Service:
    """One service that creates a task and has the target send its notification."""

    name: str
    url: str
    """Base URL of its API, without a trailing slash."""

    function_name: str
    target_name: str
    """The function that it hands off to."""

    table_name: str
    """Where it stores tasks; each row has a `title`."""

    dead_letters_url: str
    """The queue of events that its target failed to process."""

    bundle: bytes
    """The zip it was deployed from."""

    waits: bool = False
    """Whether it responds only after the target has finished."""

    def create(self, client: httpx.Client, title: str) -> bool:
        """Create a task; return whether the response was 201."""
        response = client.post(f"{self.url}/tasks", json={"title": title})
        return response.status_code == HTTPStatus.CREATED


def http_client(connections: int) -> httpx.Client:
    """Return a client whose connections to the APIs stay open."""
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    return httpx.Client(limits=limits, timeout=60, trust_env=False)


def notified(stack: DeployedStack, after: int = 0) -> Counter[str]:
    """Count each title's notifications, without the first `after` that arrived."""
    arrived = stack.receiver.received[after:]
    return Counter(json.loads(each.body)["data"]["title"] for each in arrived)


def deploy_baselines(stack: DeployedStack) -> list[Service]:
    """Deploy the baselines beside ours; return all services, ours first. They share the target."""
    ours = Service(
        "ours",
        stack.api_url,
        stack.function_names()["tasks-create-task"],
        stack.function_names()["notifications-send-notification"],
        stack.outputs["tasksTableName"],
        stack.dead_letter_queue_url,
        with_bytecode(zipped(task_service.CODE).read_bytes()),
    )
    return [
        ours,
        _direct(stack, ours),
        _bare(stack, "bare boto3, Event", "bare-event", "Event"),
        _bare(stack, "bare boto3, synchronous", "bare-synchronous", "RequestResponse"),
    ]


def _direct(stack: DeployedStack, ours: Service) -> Service:
    """Deploy our function once more, with the settings of `delivery="direct"`: no outbox."""
    functions, slug = stack.client("lambda"), "direct"
    settings = functions.get_function_configuration(FunctionName=ours.function_name)
    variables = {**settings["Environment"]["Variables"]}
    del variables["HANDOFF_OUTBOX_TABLE_NAME"]
    function_arn = functions.create_function(
        FunctionName=slug,
        Code={"ZipFile": ours.bundle},
        Environment={"Variables": variables},
        **{key: settings[key] for key in ("Role", "Runtime", "Handler", "Timeout", "MemorySize")},
    )["FunctionArn"]
    url = _make_api(stack, slug, function_arn)
    return replace(ours, name="ours, no outbox", url=url, function_name=slug)


def _bare(stack: DeployedStack, name: str, slug: str, invocation_type: str) -> Service:
    target_arn = stack.target_arn
    role_arn = _make_role(
        stack,
        slug,
        _allow("dynamodb:PutItem", _make_table(stack, slug, "task_id")),
        _allow("lambda:InvokeFunction", target_arn),
    )
    # boto3 is the runtime's, as on AWS.
    bundle = with_bytecode(_zip_of(_BARE))
    function_arn = stack.client("lambda").create_function(
        FunctionName=slug,
        Role=role_arn,
        Runtime=f"python{PYTHON_VERSION}",
        Handler=f"{_BARE.stem}.handle",
        Code={"ZipFile": bundle},
        Timeout=_TIMEOUT_SECONDS,
        MemorySize=_MEMORY_MB,
        Environment={
            "Variables": {
                "TABLE_NAME": slug,
                "TARGET_ARN": target_arn,
                "INVOCATION_TYPE": invocation_type,
            }
        },
    )["FunctionArn"]
    return Service(
        name,
        _make_api(stack, slug, function_arn),
        slug,
        stack.function_names()["notifications-send-notification"],
        slug,
        stack.dead_letter_queue_url,
        bundle,
        waits=invocation_type == "RequestResponse",
    )


def _allow(actions: str | Sequence[str], resource_arn: str) -> Statement:
    """Return the statement of a policy that allows the actions on one resource."""
    return {"Effect": "Allow", "Action": actions, "Resource": resource_arn}


def policy(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _make_role(stack: DeployedStack, name: str, *statements: Statement) -> str:
    """Create an execution role with these permissions; return its ARN."""
    iam = stack.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    document = policy({**trust, "Action": "sts:AssumeRole"})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="work", PolicyDocument=policy(*statements))
    return str(role["Arn"])


def _make_table(stack: DeployedStack, name: str, key: str) -> str:
    """Create a table with one string as its key; return its ARN."""
    described = stack.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
    )
    return str(described["TableDescription"]["TableArn"])


def _make_api(stack: DeployedStack, function_name: str, function_arn: str) -> str:
    """Put an HTTP API in front of a function, as ours has one; return its URL."""
    gateway = stack.client("apigatewayv2")
    api_id = gateway.create_api(Name=function_name, ProtocolType="HTTP")["ApiId"]
    integration = gateway.create_integration(
        ApiId=api_id,
        IntegrationType="AWS_PROXY",
        IntegrationUri=function_arn,
        PayloadFormatVersion="2.0",
    )
    target = f"integrations/{integration['IntegrationId']}"
    gateway.create_route(ApiId=api_id, RouteKey=_TASKS_ROUTE, Target=target)
    gateway.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)
    stack.client("lambda").add_permission(
        FunctionName=function_name,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{api_id}/*/POST/tasks",
    )
    return api_url(stack.emulator.url, api_id)


def _zip_of(file: Path) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(file, file.name)
    return target.getvalue()
