"""The services that are compared end to end: ours, and bare ones beside it in the same emulator."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx

from benchmarks.subjects import zipped
from components import task_service
from components.blocks.runtime import PYTHON_VERSION, Runtime
from local.bytecode import with_bytecode
from local.clients import ACCOUNT_ID, REGION
from local.deviations import api_url
from local.stack import DeployedStack

_BARE = Path(__file__).with_name("bare") / "bare_service.py"
_MEMORY_MB = Runtime.memory_mb
_TIMEOUT_SECONDS = 30
_ROUTE = "POST /tasks"


@dataclass(frozen=True)
class Rival:
    """One service that takes a task and has the target tell of it."""

    name: str
    url: str
    """Where its API answers, without a trailing slash."""

    function_name: str
    table_name: str
    """Where it stores tasks; each row has a `title`."""

    bundle: bytes
    """The zip it was deployed from."""

    waits: bool = False
    """Whether it answers only when the target is done."""

    def create(self, client: httpx.Client, title: str) -> bool:
        """Ask for a task; return whether the answer was 201."""
        answer = client.post(f"{self.url}/tasks", json={"title": title})
        return answer.status_code == HTTPStatus.CREATED


def http_client(connections: int) -> httpx.Client:
    """Return a client whose connections to the APIs stay open."""
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    return httpx.Client(limits=limits, timeout=60, trust_env=False)


def told(stack: DeployedStack, after: int = 0) -> Counter[str]:
    """How often each task's title has arrived; the first `after` arrivals are left out."""
    arrived = stack.receiver.received[after:]
    return Counter(json.loads(each.body)["data"]["title"] for each in arrived)


def rivals(stack: DeployedStack) -> list[Rival]:
    """Deploy the bare services beside ours; return all, ours first. They call the same target."""
    ours = Rival(
        "ours",
        stack.api_url,
        stack.function_names()["create-task"],
        stack.outputs["tasksTableName"],
        with_bytecode(zipped(task_service.CODE).read_bytes()),
    )
    return [
        ours,
        _bare(stack, "bare boto3, Event", "bare-event", "Event"),
        _bare(stack, "bare boto3, synchronous", "bare-synchronous", "RequestResponse"),
    ]


def _bare(stack: DeployedStack, name: str, slug: str, invocation_type: str) -> Rival:
    stack.client("dynamodb").create_table(
        TableName=slug,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "task_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "task_id", "AttributeType": "S"}],
    )
    # boto3 is the runtime's, as on AWS.
    bundle = with_bytecode(_zip())
    function_arn = stack.client("lambda").create_function(
        FunctionName=slug,
        Role=_role(stack, slug),
        Runtime=f"python{PYTHON_VERSION}",
        Handler=f"{_BARE.stem}.handle",
        Code={"ZipFile": bundle},
        Timeout=_TIMEOUT_SECONDS,
        MemorySize=_MEMORY_MB,
        Environment={
            "Variables": {
                "TABLE_NAME": slug,
                "TARGET_ARN": stack.outputs["targetFunctionArn"],
                "INVOCATION_TYPE": invocation_type,
            }
        },
    )["FunctionArn"]
    waits = invocation_type == "RequestResponse"
    return Rival(name, _api(stack, slug, function_arn), slug, slug, bundle, waits)


def _zip() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.write(_BARE, _BARE.name)
    return target.getvalue()


def _role(stack: DeployedStack, slug: str) -> str:
    iam = stack.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    role = iam.create_role(
        RoleName=slug, AssumeRolePolicyDocument=_policy({**trust, "Action": "sts:AssumeRole"})
    )["Role"]
    table_arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{slug}"
    rights = [
        {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": table_arn},
        {
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": stack.outputs["targetFunctionArn"],
        },
    ]
    iam.put_role_policy(RoleName=slug, PolicyName="work", PolicyDocument=_policy(*rights))
    return str(role["Arn"])


def _policy(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _api(stack: DeployedStack, slug: str, function_arn: str) -> str:
    gateway = stack.client("apigatewayv2")
    api_id = gateway.create_api(Name=slug, ProtocolType="HTTP")["ApiId"]
    integration = gateway.create_integration(
        ApiId=api_id,
        IntegrationType="AWS_PROXY",
        IntegrationUri=function_arn,
        PayloadFormatVersion="2.0",
    )
    target = f"integrations/{integration['IntegrationId']}"
    gateway.create_route(ApiId=api_id, RouteKey=_ROUTE, Target=target)
    gateway.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)
    stack.client("lambda").add_permission(
        FunctionName=slug,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{api_id}/*/POST/tasks",
    )
    return api_url(stack.emulator.url, api_id)
