"""The inputs of a resource, compared with the model of the service that botocore has."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import botocore.loaders
import botocore.model

from pulumi_serverless.testing import Resource

CREATED_BY = {
    "aws:apigatewayv2/api:Api": ("apigatewayv2", "CreateApi"),
    "aws:apigatewayv2/authorizer:Authorizer": ("apigatewayv2", "CreateAuthorizer"),
    "aws:apigatewayv2/integration:Integration": ("apigatewayv2", "CreateIntegration"),
    "aws:apigatewayv2/route:Route": ("apigatewayv2", "CreateRoute"),
    "aws:apigatewayv2/stage:Stage": ("apigatewayv2", "CreateStage"),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": ("cloudwatch", "PutCompositeAlarm"),
    "aws:cloudwatch/dashboard:Dashboard": ("cloudwatch", "PutDashboard"),
    "aws:cloudwatch/eventBus:EventBus": ("events", "CreateEventBus"),
    "aws:cloudwatch/eventRule:EventRule": ("events", "PutRule"),
    "aws:cloudwatch/eventTarget:EventTarget": ("events", "PutTargets"),
    "aws:cloudwatch/logGroup:LogGroup": ("logs", "CreateLogGroup"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("cloudwatch", "PutMetricAlarm"),
    "aws:cloudwatch/queryDefinition:QueryDefinition": ("logs", "PutQueryDefinition"),
    "aws:dynamodb/table:Table": ("dynamodb", "CreateTable"),
    "aws:iam/role:Role": ("iam", "CreateRole"),
    "aws:iam/rolePolicy:RolePolicy": ("iam", "PutRolePolicy"),
    "aws:kms/alias:Alias": ("kms", "CreateAlias"),
    "aws:kms/key:Key": ("kms", "CreateKey"),
    "aws:lambda/eventSourceMapping:EventSourceMapping": ("lambda", "CreateEventSourceMapping"),
    "aws:lambda/function:Function": ("lambda", "CreateFunction"),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": (
        "lambda",
        "PutFunctionEventInvokeConfig",
    ),
    "aws:lambda/permission:Permission": ("lambda", "AddPermission"),
    "aws:scheduler/schedule:Schedule": ("scheduler", "CreateSchedule"),
    "aws:sesv2/emailIdentity:EmailIdentity": ("sesv2", "CreateEmailIdentity"),
    "aws:sfn/stateMachine:StateMachine": ("stepfunctions", "CreateStateMachine"),
    "aws:sns/topic:Topic": ("sns", "CreateTopic"),
    "aws:sns/topicPolicy:TopicPolicy": ("sns", "SetTopicAttributes"),
    "aws:sns/topicSubscription:TopicSubscription": ("sns", "Subscribe"),
    "aws:sqs/queue:Queue": ("sqs", "CreateQueue"),
    "aws:sqs/queuePolicy:QueuePolicy": ("sqs", "SetQueueAttributes"),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": ("sqs", "SetQueueAttributes"),
    "aws:sqs/redrivePolicy:RedrivePolicy": ("sqs", "SetQueueAttributes"),
    "aws:ssm/parameter:Parameter": ("ssm", "PutParameter"),
}
"""The call that makes a resource of each type."""

RENAMED = {
    "attributes": "attributedefinitions",
    "type": "attributetype",
    "role": "roleName",
    "statistic": "statistic",
}
"""Inputs that the provider names otherwise."""

ATTRIBUTES = {
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html:
    # values that the model has as text.
    "messageRetentionSeconds": (60, 1_209_600),
    "visibilityTimeoutSeconds": (0, 43_200),
    "delaySeconds": (0, 900),
    "maxMessageSize": (1_024, 1_048_576),
    "receiveWaitTimeSeconds": (0, 20),
    "kmsDataKeyReusePeriodSeconds": (60, 86_400),
    # https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
    "deletionWindowInDays": (7, 30),
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    "evaluationPeriods": (1, 100),
}
"""Numbers whose range no model has."""

_SERVICE_PRINCIPAL = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
_CONDITION = re.compile(
    "(String|Arn)(Not)?(Equals|Like)|StringEqualsIgnoreCase|Bool|Null|(Not)?IpAddress"
    "|(Numeric|Date)(Not)?(Equals|LessThan|GreaterThan)(Equals)?"
)
_OF_SEVERAL_VALUES = {"dynamodb:LeadingKeys", "dynamodb:Attributes", "aws:TagKeys"}
"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html"""
_ACTION = re.compile(r"\*|([a-z0-9-]+):([A-Za-z]+\*?|\*)")


@functools.cache
def model_of(service: str) -> botocore.model.ServiceModel:
    """The model of a service."""
    return botocore.model.ServiceModel(
        botocore.loaders.create_loader().load_service_model(service, "service-2")
    )


def refusals(resource: Resource) -> Iterator[str]:
    """What AWS would refuse of a resource."""
    service, operation = CREATED_BY[resource.type]
    shape = model_of(service).operation_model(operation).input_shape
    inputs = dict(resource.inputs)
    if "name" not in map(_plain, shape.members):
        # The provider calls it a name, whatever it is the name of.
        inputs[f"{resource.type.rpartition(':')[2]}Name"] = inputs.pop("name", None)
    yield from _compared(resource.name, inputs, shape)
    for name, value in _leaves(resource.inputs):
        if name in ATTRIBUTES:
            low, high = ATTRIBUTES[name]
            if not low <= value <= high:
                yield f"{resource.name}: {name} {value} is not {low} to {high}"


def _compared(path: str, value: Any, shape: Any) -> Iterator[str]:
    if shape.type_name == "structure" and isinstance(value, Mapping):
        members = {_plain(name): member for name, member in shape.members.items()}
        for key, each in value.items():
            member = members.get(_plain(str(RENAMED.get(key, key)))) or members.get(_plain(key))
            member = member or members.get(_plain(key).removesuffix("s"))
            if member is not None and each is not None:
                yield from _compared(f"{path}.{key}", each, member)
    elif shape.type_name == "list" and isinstance(value, list):
        yield from _sized(path, len(value), shape.metadata)
        for number, each in enumerate(value):
            yield from _compared(f"{path}[{number}]", each, shape.member)
    elif shape.type_name == "map" and isinstance(value, Mapping):
        for key, each in value.items():
            yield from _compared(f"a key of {path}", key, shape.key)
            yield from _compared(f"{path}.{key}", each, shape.value)
    elif shape.type_name == "string" and isinstance(value, str):
        yield from _text(path, value, shape)
    elif shape.type_name in ("integer", "long", "double") and isinstance(value, int | float):
        yield from _sized(path, value, shape.metadata)


def _text(path: str, value: str, shape: Any) -> Iterator[str]:
    if shape.enum and value not in shape.enum:
        yield f"{path}: {value!r} is none of {', '.join(shape.enum)}"
    # What the mocks return for an ARN or an id is no such thing.
    if re.search(r"^arn:[^:]+(:\*)?$|-id$|-1a2b3c4$|^https://sqs/", value):
        return
    yield from _sized(path, len(value), shape.metadata)
    pattern = shape.metadata.get("pattern")
    if pattern and not _matches(pattern, value):
        yield f"{path}: {value!r} does not match {pattern}"


def _matches(pattern: str, value: str) -> bool:
    # The models are written for Java.
    for name, characters in (("Alnum", "A-Za-z0-9"), ("L", "A-Za-z"), ("N", "0-9"), ("Z", " ")):
        pattern = pattern.replace(f"\\p{{{name}}}", characters)
    try:
        return re.fullmatch(pattern, value, re.DOTALL) is not None
    except re.error:
        return True


def _sized(path: str, size: float, metadata: Mapping[str, Any]) -> Iterator[str]:
    low, high = metadata.get("min"), metadata.get("max")
    if (low is not None and size < low) or (high is not None and size > high):
        yield f"{path}: {size} is not {low} to {high}"


def _leaves(inputs: Any) -> Iterator[tuple[str, Any]]:
    for name, value in inputs.items():
        if isinstance(value, Mapping):
            yield from _leaves(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield name, value


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


_NO_DOCUMENTS = {"redrivePolicy", "redriveAllowPolicy", "filterPolicy"}
"""Settings of queues and subscriptions, which are called policies and permit nothing."""


def policies(resource: Resource) -> Iterator[tuple[str, Any]]:
    """The inputs of a resource that are policy documents, parsed."""
    for name, value in resource.inputs.items():
        if name.lower().endswith("policy") and name not in _NO_DOCUMENTS and isinstance(value, str):
            yield name, json.loads(value)


def policy_refusals(document: Any) -> Iterator[str]:
    """What IAM would refuse of a policy document, and what is written into it too early."""
    if document.get("Version") != "2012-10-17":
        yield f"Version is {document.get('Version')!r}"
    if unknown := set(document) - {"Version", "Id", "Statement"}:
        yield f"has {unknown}"
    for statement in document["Statement"]:
        yield from _statement_refusals(statement)
    sids = [each["Sid"] for each in document["Statement"] if "Sid" in each]
    if len(set(sids)) < len(sids):
        yield f"Sid twice in {sids}"


def _statement_refusals(statement: Mapping[str, Any]) -> Iterator[str]:  # noqa: C901 -- one for each element
    elements = {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"}
    if unknown := set(statement) - elements - {"Resource", "NotResource", "Condition"}:
        yield f"a statement has {unknown}"
    if statement["Effect"] not in ("Allow", "Deny"):
        yield f"Effect is {statement['Effect']!r}"
    if not re.fullmatch("[A-Za-z0-9]*", statement.get("Sid", "")):
        yield f"Sid is {statement['Sid']!r}"
    for action in _listed(statement["Action"]):
        if not is_action(action):
            yield f"Action {action!r} is unknown"
    principal = statement.get("Principal")
    if principal is None and not {"Resource", "NotResource"} & set(statement):
        yield "a statement has no Resource"
    for service in _listed((principal or {}).get("Service", [])) if principal != "*" else []:
        if not _SERVICE_PRINCIPAL.fullmatch(service):
            yield f"Service is {service!r}"
    for resource in _listed(statement.get("Resource", [])):
        if resource != "*" and not resource.startswith("arn:"):
            yield f"Resource is {resource!r}"
    yield from _condition_refusals(statement.get("Condition", {}))


def _condition_refusals(condition: Mapping[str, Any]) -> Iterator[str]:
    for operator, keys in condition.items():
        quantifier, colon, plain = operator.rpartition(":")
        if not _CONDITION.fullmatch(plain.removesuffix("IfExists")):
            yield f"Condition has {operator!r}"
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
        if colon and quantifier not in ("ForAllValues", "ForAnyValue"):
            yield f"Condition has {operator!r}"
        if colon and (single := set(keys) - _OF_SEVERAL_VALUES):
            yield f"{operator} is for keys of several values, got {sorted(single)}"


def is_action(action: str) -> bool:
    """Whether a service has the action: as an operation, or as one of the few that are none."""
    if not (parts := _ACTION.fullmatch(action)):
        return False
    prefix, name = parts.groups()
    if prefix is None or name == "*" or action in _NO_OPERATIONS:
        return True
    service = {"ses": "sesv2"}.get(prefix, prefix)
    if service not in botocore.loaders.create_loader().list_available_services("service-2"):
        return False
    operations = model_of(service).operation_names
    if name.endswith("*"):
        return any(each.startswith(name[:-1]) for each in operations)
    return name in operations


_NO_OPERATIONS = {
    *("lambda:InvokeFunction", "kms:ReEncryptFrom", "kms:ReEncryptTo", "execute-api:Invoke"),
}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
