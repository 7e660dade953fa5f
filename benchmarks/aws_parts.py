"""What a service beside ours is made of in the emulator: a role, a table, an API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from local.emulator.clients import ACCOUNT_ID, REGION
from local.engine.services.http_apis import api_url
from local.stack import DeployedStack

Statement = dict[str, Any]

_TASKS_ROUTE = "POST /tasks"


def allow(actions: str | Sequence[str], resource_arn: str) -> Statement:
    """Return the statement of a policy that allows the actions on one resource."""
    return {"Effect": "Allow", "Action": actions, "Resource": resource_arn}


def policy(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def make_role(stack: DeployedStack, name: str, *rights: Statement) -> str:
    """Make a role of Lambda's with these rights; return its ARN."""
    iam = stack.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    document = policy({**trust, "Action": "sts:AssumeRole"})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="work", PolicyDocument=policy(*rights))
    return str(role["Arn"])


def make_table(stack: DeployedStack, name: str, key: str) -> str:
    """Make a table with one string as its key; return its ARN."""
    described = stack.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
    )
    return str(described["TableDescription"]["TableArn"])


def make_api(
    stack: DeployedStack, function_name: str, function_arn: str, payload_version: str
) -> str:
    """Put an HTTP API before a function, as ours has one; return where it answers.

    `payload_version` says which form of event the function reads: "1.0" is that of a REST API.
    """
    gateway = stack.client("apigatewayv2")
    api_id = gateway.create_api(Name=function_name, ProtocolType="HTTP")["ApiId"]
    integration = gateway.create_integration(
        ApiId=api_id,
        IntegrationType="AWS_PROXY",
        IntegrationUri=function_arn,
        PayloadFormatVersion=payload_version,
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
