"""One resource of each type, and a change that updates it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pulumi

from local.emulator.clients import ACCOUNT_ID, REGION
from local.engine.provider import Provider
from tests.local.roles import TRUST, policy_of

_HANDLER = "def handle(event, context): return {}"
_ALLOW = policy_of({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"})
_DENY = policy_of({"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*"})
_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:other"

Inputs = dict[str, Any]


class Sample(NamedTuple):
    """Inputs of a resource, and those that an update changes."""

    inputs: Inputs

    changes: Mapping[str, Any] = {}


class Prerequisites:
    """What samples need to exist first."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def make(self, token: str, **inputs: Any) -> dict[str, Any]:
        """Create a resource; its outputs, and its id as "id"."""
        checked = self._provider.check(token, "made", inputs, None, uuid.uuid4().bytes)
        assert not checked.failures
        created = self._provider.create(token, checked.inputs)
        return {**created.outputs, "id": created.id}

    def queue(self) -> dict[str, Any]:
        return self.make("aws:sqs/queue:Queue")

    def topic(self) -> dict[str, Any]:
        return self.make("aws:sns/topic:Topic")

    def role(self) -> dict[str, Any]:
        return self.make("aws:iam/role:Role", assumeRolePolicy=TRUST)

    def function(self) -> dict[str, Any]:
        return self.make("aws:lambda/function:Function", **function_inputs(self))

    def api(self) -> dict[str, Any]:
        return self.make("aws:apigatewayv2/api:Api", protocolType="HTTP")

    def key(self) -> dict[str, Any]:
        return self.make("aws:kms/key:Key", policy=_ALLOW)


def code(result: str = _HANDLER) -> pulumi.Archive:
    return pulumi.AssetArchive({"app.py": pulumi.StringAsset(result)})


def function_inputs(needed: Prerequisites) -> Inputs:
    return {
        "role": needed.role()["arn"],
        "runtime": "python3.13",
        "handler": "app.handle",
        "code": code(),
    }


def _metric_alarm(_world: Prerequisites) -> Sample:
    inputs = {
        "namespace": "Shop",
        "metricName": "sold",
        "statistic": "Sum",
        "dimensions": {"Item": "tea"},
        "comparisonOperator": "GreaterThanThreshold",
        "evaluationPeriods": 2.0,
        "period": 60.0,
        "threshold": 5.0,
        "tags": {"team": "tea"},
    }
    return Sample(inputs, {"threshold": 0.0, "alarmDescription": "none sold"})


def _table(_world: Prerequisites) -> Sample:
    index = {"name": "by-state", "hashKey": "state", "projectionType": "ALL"}
    attributes = [{"name": name, "type": "S"} for name in ("id", "state")]
    inputs = {
        "billingMode": "PAY_PER_REQUEST",
        "hashKey": "id",
        "attributes": attributes[:1],
        "tags": {"team": "tea"},
        "ttl": {"attributeName": "expires_at", "enabled": True},
    }
    changes = {
        "attributes": attributes,
        "globalSecondaryIndexes": [index],
        "pointInTimeRecovery": {"enabled": True},
        "streamEnabled": True,
        "streamViewType": "NEW_IMAGE",
        "tags": {"team": "coffee"},
        "ttl": None,
    }
    return Sample(inputs, changes)


def _function(needed: Prerequisites) -> Sample:
    changes = {
        "code": code("def handle(event, context): return 2"),
        "memorySize": 256.0,
        "environment": {"variables": {"COLOUR": "blue"}},
        "reservedConcurrentExecutions": 3.0,
        "tags": {"team": "tea"},
    }
    return Sample(function_inputs(needed), changes)


def _event_source_mapping(needed: Prerequisites) -> Sample:
    inputs = {"functionName": needed.function()["arn"], "eventSourceArn": needed.queue()["arn"]}
    return Sample({**inputs, "batchSize": 5.0}, {"batchSize": 1.0, "enabled": False})


def _permission(needed: Prerequisites) -> Sample:
    inputs = {"action": "lambda:InvokeFunction", "principal": "events.amazonaws.com"}
    return Sample({**inputs, "function": needed.function()["name"]})


def _schedule(needed: Prerequisites) -> Sample:
    inputs = {
        "scheduleExpression": "rate(1 hour)",
        "flexibleTimeWindow": {"mode": "OFF"},
        "target": {"arn": _ARN, "roleArn": needed.role()["arn"]},
    }
    return Sample(inputs, {"scheduleExpression": "rate(2 hours)", "state": "DISABLED"})


def _event_target(needed: Prerequisites) -> Sample:
    rule = needed.make("aws:cloudwatch/eventRule:EventRule", eventPattern='{"source": ["shop"]}')
    return Sample({"rule": rule["name"], "arn": _ARN}, {"input": '{"a": 1}'})


def _integration(needed: Prerequisites) -> Sample:
    inputs = {
        "apiId": needed.api()["id"],
        "integrationType": "AWS_PROXY",
        "integrationUri": _ARN,
        "payloadFormatVersion": "2.0",
    }
    return Sample(inputs, {"timeoutMilliseconds": 5_000.0, "integrationUri": f"{_ARN}-2"})


def _authorizer(needed: Prerequisites) -> Sample:
    token = {"issuer": "https://id.example.com", "audiences": ["shop"]}
    inputs = {
        "apiId": needed.api()["id"],
        "authorizerType": "JWT",
        "identitySources": ["$request.header.Authorization"],
        "jwtConfiguration": token,
    }
    return Sample(inputs, {"jwtConfiguration": {**token, "audiences": ["store"]}})


def _stage(needed: Prerequisites) -> Sample:
    limits = {"throttlingRateLimit": 5.0, "throttlingBurstLimit": 7.0}
    inputs = {"apiId": needed.api()["id"], "autoDeploy": True}
    changes = {
        "defaultRouteSettings": {**limits, "detailedMetricsEnabled": True},
        "routeSettings": [{"routeKey": "GET /", **limits}],
        "description": "limited",
    }
    return Sample(inputs, changes)


def _secret_version(needed: Prerequisites) -> Sample:
    secret = needed.make("aws:secretsmanager/secret:Secret")["id"]
    return Sample({"secretId": secret, "secretString": "tea"})


def _redrive(needed: Prerequisites) -> Sample:
    def policy(count: int) -> str:
        return json.dumps({"deadLetterTargetArn": dead["arn"], "maxReceiveCount": count})

    dead = needed.queue()
    queue = needed.queue()["url"]
    return Sample({"queueUrl": queue, "redrivePolicy": policy(3)}, {"redrivePolicy": policy(4)})


def _redrive_allow(needed: Prerequisites) -> Sample:
    def policy(permission: str) -> str:
        return json.dumps({"redrivePermission": permission})

    inputs = {"queueUrl": needed.queue()["url"], "redriveAllowPolicy": policy("allowAll")}
    return Sample(inputs, {"redriveAllowPolicy": policy("denyAll")})


def _alias_of_key(needed: Prerequisites) -> Sample:
    name = f"alias/{uuid.uuid4()}"
    keys = [needed.key()["arn"] for _ in range(2)]
    return Sample({"name": name, "targetKeyId": keys[0]}, {"targetKeyId": keys[1]})


def _alias_of_function(needed: Prerequisites) -> Sample:
    inputs = {"functionName": needed.function()["name"], "functionVersion": "$LATEST"}
    return Sample(inputs, {"description": "live"})


def _composite_alarm(needed: Prerequisites) -> Sample:
    alarm = needed.make("aws:cloudwatch/metricAlarm:MetricAlarm", **_metric_alarm(needed).inputs)
    inputs = {"alarmName": str(uuid.uuid4()), "alarmRule": f'ALARM("{alarm["name"]}")'}
    return Sample(inputs, {"alarmDescription": "any"})


def _attachment(needed: Prerequisites) -> Sample:
    policy = needed.make("aws:iam/policy:Policy", policy=_ALLOW)
    return Sample({"role": needed.role()["name"], "policyArn": policy["arn"]})


def _of_queue(needed: Prerequisites) -> Sample:
    return Sample({"queueUrl": needed.queue()["url"], "policy": _ALLOW}, {"policy": _DENY})


def _subscription(needed: Prerequisites) -> Sample:
    endpoints = {"topic": needed.topic()["arn"], "endpoint": needed.queue()["arn"]}
    policy = '{"kind": ["tea"]}'
    inputs = {**endpoints, "protocol": "sqs", "filterPolicy": policy}
    return Sample(inputs, {"filterPolicy": '{"kind": ["milk"]}', "rawMessageDelivery": True})


def _invoke_config(needed: Prerequisites) -> Sample:
    failed = {"onFailure": {"destination": needed.queue()["arn"]}}
    inputs = {"functionName": needed.function()["name"], "maximumRetryAttempts": 0.0}
    return Sample(inputs, {"maximumRetryAttempts": 1.0, "destinationConfig": failed})


def _identity(_world: Prerequisites) -> Sample:
    return Sample({"emailIdentity": f"{uuid.uuid4()}@example.com"})


def _dashboard(_world: Prerequisites) -> Sample:
    inputs = {"dashboardName": str(uuid.uuid4()), "dashboardBody": '{"widgets": []}'}
    return Sample(inputs, {"dashboardBody": '{"widgets": [], "start": "-PT1H"}'})


def _provider_of_identities(_world: Prerequisites) -> Sample:
    inputs = {"url": f"https://{uuid.uuid4()}.example.com", "clientIdLists": ["a", "b"]}
    return Sample(inputs, {"clientIdLists": ["b", "c"]})


_ROTATION = {"enableKeyRotation": True, "description": "new"}

SAMPLES: dict[str, Callable[[Prerequisites], Sample]] = {
    "aws:apigatewayv2/api:Api": lambda _: Sample({"protocolType": "HTTP"}, {"description": "a"}),
    "aws:apigatewayv2/authorizer:Authorizer": _authorizer,
    "aws:apigatewayv2/deployment:Deployment": lambda needed: Sample({"apiId": needed.api()["id"]}),
    "aws:apigatewayv2/integration:Integration": _integration,
    "aws:apigatewayv2/route:Route": lambda needed: Sample(
        {"apiId": needed.api()["id"], "routeKey": "GET /tea"}, {"routeKey": "GET /milk"}
    ),
    "aws:apigatewayv2/stage:Stage": _stage,
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _composite_alarm,
    "aws:cloudwatch/dashboard:Dashboard": _dashboard,
    "aws:cloudwatch/eventBus:EventBus": lambda _: Sample({}, {"description": "shop"}),
    "aws:cloudwatch/eventRule:EventRule": lambda _: Sample(
        {"eventPattern": '{"source": ["shop"]}'}, {"state": "DISABLED", "description": "off"}
    ),
    "aws:cloudwatch/eventTarget:EventTarget": _event_target,
    "aws:cloudwatch/logGroup:LogGroup": lambda _: Sample(
        {"retentionInDays": 7.0, "tags": {"a": "b"}}, {"retentionInDays": None, "tags": {"c": "d"}}
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _metric_alarm,
    "aws:cloudwatch/queryDefinition:QueryDefinition": lambda _: Sample(
        {"queryString": "fields @message"}, {"queryString": "fields @timestamp"}
    ),
    "aws:dynamodb/table:Table": _table,
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _provider_of_identities,
    "aws:iam/policy:Policy": lambda _: Sample({"policy": _ALLOW}, {"policy": _DENY}),
    "aws:iam/role:Role": lambda _: Sample(
        {"assumeRolePolicy": TRUST, "inlinePolicies": [{"name": "a", "policy": _ALLOW}]},
        {"inlinePolicies": [{"name": "b", "policy": _DENY}], "description": "new"},
    ),
    "aws:iam/rolePolicy:RolePolicy": lambda needed: Sample(
        {"role": needed.role()["name"], "policy": _ALLOW}, {"policy": _DENY}
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _attachment,
    "aws:kms/alias:Alias": _alias_of_key,
    "aws:kms/key:Key": lambda _: Sample({"policy": _ALLOW}, {"policy": _DENY, **_ROTATION}),
    "aws:lambda/alias:Alias": _alias_of_function,
    "aws:lambda/eventSourceMapping:EventSourceMapping": _event_source_mapping,
    "aws:lambda/function:Function": _function,
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": _invoke_config,
    "aws:lambda/layerVersion:LayerVersion": lambda _: Sample(
        {"layerName": f"tea-{uuid.uuid4()}", "code": code()}
    ),
    "aws:lambda/permission:Permission": _permission,
    "aws:s3/bucket:Bucket": lambda _: Sample(
        {"tags": {"a": "b"}}, {"versioning": {"enabled": True}, "tags": {"c": "d"}}
    ),
    "aws:scheduler/schedule:Schedule": _schedule,
    "aws:scheduler/scheduleGroup:ScheduleGroup": lambda _: Sample({}, {"tags": {"a": "b"}}),
    "aws:secretsmanager/secret:Secret": lambda _: Sample({}, {"description": "new"}),
    "aws:secretsmanager/secretVersion:SecretVersion": _secret_version,
    "aws:sesv2/emailIdentity:EmailIdentity": _identity,
    "aws:sns/topic:Topic": lambda _: Sample({"tags": {"a": "b"}}, {"displayName": "Tea"}),
    "aws:sns/topicPolicy:TopicPolicy": lambda needed: Sample(
        {"arn": needed.topic()["arn"], "policy": _ALLOW}, {"policy": _DENY}
    ),
    "aws:sns/topicSubscription:TopicSubscription": _subscription,
    "aws:sqs/queue:Queue": lambda _: Sample(
        {"messageRetentionSeconds": 3_600.0, "tags": {"a": "b"}},
        {"messageRetentionSeconds": None, "delaySeconds": 5.0, "tags": {"c": "d"}},
    ),
    "aws:sqs/queuePolicy:QueuePolicy": _of_queue,
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": _redrive_allow,
    "aws:sqs/redrivePolicy:RedrivePolicy": _redrive,
    "aws:ssm/parameter:Parameter": lambda _: Sample(
        {"type": "SecureString", "value": "tea"}, {"value": "milk"}
    ),
}
"""By type; a type without a sample fails the test of all types."""
