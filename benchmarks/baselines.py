"""The services that are compared end to end: ours, and the baselines in the same emulator."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.subjects import zipped
from local.emulator.bytecode import with_bytecode
from local.emulator.clients import ACCOUNT_ID, REGION
from local.engine.services.apigatewayv2 import api_url
from local.scenario.handoff_stack import HandoffStack
from pulumi_serverless.task_service import task_service

_BARE = Path(__file__).with_name("bare") / "bare_service.py"


@dataclass(frozen=True)
class Service:
    """One service that creates a task and has the target send its notification."""

    name: str
    url: str
    """Base URL of its API, without a trailing slash."""

    function_name: str
    bundle: bytes
    """The zip it was deployed from."""


def deploy_baselines(stack: HandoffStack) -> list[Service]:
    """Deploy the baselines beside ours; return all services, ours first. They share the target."""
    ours = Service(
        "ours",
        stack.api_url,
        stack.function_names()["tasks-create-task"],
        with_bytecode(zipped(task_service.CODE).read_bytes()),
    )
    settings = stack.client("lambda").get_function_configuration(FunctionName=ours.function_name)
    direct = {**settings["Environment"]["Variables"]}
    del direct["HANDOFF_TASKS_OUTBOX_TABLE_NAME"]
    # boto3 is the runtime's, as on AWS.
    bare_settings = {**settings, "Handler": f"{_BARE.stem}.handle"}
    bare_bundle = with_bytecode(_zip_of(_BARE))
    bare = {"TABLE_NAME": _make_table(stack, settings["Role"]), "TARGET_ARN": stack.target_arn}
    return [
        ours,
        # Our function once more, with the settings of `delivery="direct"`.
        _deploy(stack, "ours, no outbox", settings, ours.bundle, direct),
        *(
            _deploy(
                stack,
                f"bare boto3, {name}",
                bare_settings,
                bare_bundle,
                {**bare, "INVOCATION_TYPE": invocation_type},
            )
            for name, invocation_type in (("Event", "Event"), ("synchronous", "RequestResponse"))
        ),
    ]


def _deploy(
    stack: HandoffStack,
    name: str,
    settings: dict[str, Any],
    bundle: bytes,
    variables: dict[str, str],
) -> Service:
    """Deploy a function with these of our function's settings, and an API in front of it."""
    slug = "-".join(re.findall(r"\w+", name))
    function_arn = stack.client("lambda").create_function(
        FunctionName=slug,
        Code={"ZipFile": bundle},
        Environment={"Variables": variables},
        **{key: settings[key] for key in ("Role", "Runtime", "Handler", "Timeout", "MemorySize")},
    )["FunctionArn"]
    return Service(name, _make_api(stack, slug, function_arn), slug, bundle)


def _make_table(stack: HandoffStack, role_arn: str) -> str:
    """Make a table for the bare service that our function's role may write to; return its name."""
    name, key = "bare", "task_id"
    table = stack.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
    )["TableDescription"]
    put = {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": table["TableArn"]}
    stack.client("iam").put_role_policy(
        RoleName=role_arn.rsplit("/", 1)[1],
        PolicyName=name,
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [put]}),
    )
    return name


def _make_api(stack: HandoffStack, function_name: str, function_arn: str) -> str:
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
    gateway.create_route(ApiId=api_id, RouteKey="POST /tasks", Target=target)
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
