"""What a preview reads and a deployment changes, for each type of resource that a program declares.

Where AWS has no name in the ARN (APIs, subscriptions), everything of the kind in the account is
within reach.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from github_roles.declared_resources import Declared


@dataclass(frozen=True)
class Account:
    """Where the roles are."""

    region: str
    id: str


@dataclass(frozen=True, kw_only=True)
class Permissions:
    """What the workflows need for one service."""

    types: Sequence[str]
    """Resource types that it covers."""

    read: Sequence[str]
    write: Sequence[str]

    arns: Sequence[str]
    """Patterns with {region}, {account}, {stack_name} and, for each declared name, {name}."""

    read_anywhere: Sequence[str] = ()
    """Actions that AWS checks against no resource, or whose resources have no name of ours."""

    write_anywhere: Sequence[str] = ()


PERMISSIONS = {
    "lambda": Permissions(
        types=[
            "aws:lambda/function:Function",
            "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
            "aws:lambda/permission:Permission",
        ],
        read=[
            *("GetFunction", "GetFunctionConfiguration", "GetFunctionCodeSigningConfig"),
            *("GetFunctionEventInvokeConfig", "GetPolicy", "ListVersionsByFunction", "ListTags"),
        ],
        write=[
            *("CreateFunction", "UpdateFunctionCode", "UpdateFunctionConfiguration"),
            *("DeleteFunction", "AddPermission", "RemovePermission", "TagResource"),
            *("UntagResource", "PutFunctionEventInvokeConfig", "UpdateFunctionEventInvokeConfig"),
            *("DeleteFunctionEventInvokeConfig", "PutFunctionConcurrency"),
            "DeleteFunctionConcurrency",
        ],
        arns=["arn:aws:lambda:{region}:{account}:function:{name}-*"],
    ),
    "iam": Permissions(
        types=["aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"],
        read=[
            *("GetRole", "GetRolePolicy", "ListRolePolicies", "ListAttachedRolePolicies"),
            *("ListInstanceProfilesForRole", "ListRoleTags"),
        ],
        write=[
            *("CreateRole", "DeleteRole", "UpdateRole", "UpdateAssumeRolePolicy"),
            *("PutRolePolicy", "DeleteRolePolicy", "TagRole", "UntagRole"),
        ],
        arns=["arn:aws:iam::{account}:role/{name}-*"],
    ),
    "dynamodb": Permissions(
        types=["aws:dynamodb/table:Table"],
        read=[
            *("DescribeTable", "DescribeTimeToLive", "DescribeContinuousBackups"),
            "ListTagsOfResource",
        ],
        write=[
            *("CreateTable", "UpdateTable", "DeleteTable", "UpdateTimeToLive"),
            *("UpdateContinuousBackups", "TagResource", "UntagResource"),
        ],
        arns=["arn:aws:dynamodb:{region}:{account}:table/{name}-*"],
    ),
    "sqs": Permissions(
        types=["aws:sqs/queue:Queue", "aws:sqs/queuePolicy:QueuePolicy"],
        read=["GetQueueAttributes", "GetQueueUrl", "ListQueueTags"],
        write=["CreateQueue", "DeleteQueue", "SetQueueAttributes", "TagQueue", "UntagQueue"],
        arns=["arn:aws:sqs:{region}:{account}:{name}-*"],
    ),
    "sns": Permissions(
        types=[
            "aws:sns/topic:Topic",
            "aws:sns/topicPolicy:TopicPolicy",
            "aws:sns/topicSubscription:TopicSubscription",
        ],
        read=["GetTopicAttributes", "ListTagsForResource", "ListSubscriptionsByTopic"],
        write=[
            *("CreateTopic", "DeleteTopic", "SetTopicAttributes", "Subscribe"),
            *("TagResource", "UntagResource"),
        ],
        arns=["arn:aws:sns:{region}:{account}:{name}-*"],
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
        read_anywhere=["GetSubscriptionAttributes"],
        write_anywhere=["SetSubscriptionAttributes", "Unsubscribe"],
    ),
    "logs": Permissions(
        types=[
            "aws:cloudwatch/logGroup:LogGroup",
            "aws:cloudwatch/queryDefinition:QueryDefinition",
        ],
        read=["ListTagsForResource"],
        write=[
            *("CreateLogGroup", "DeleteLogGroup", "PutRetentionPolicy", "DeleteRetentionPolicy"),
            *("TagResource", "UntagResource"),
        ],
        arns=["arn:aws:logs:{region}:{account}:log-group:/aws/*/{stack_name}-*"],
        # The queries have no names in ARNs; the deliveries are the gateway's access log:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
        read_anywhere=["DescribeLogGroups", "DescribeQueryDefinitions"],
        write_anywhere=[
            *("PutQueryDefinition", "DeleteQueryDefinition", "CreateLogDelivery"),
            *("GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery", "ListLogDeliveries"),
            *("PutResourcePolicy", "DescribeResourcePolicies"),
        ],
    ),
    "cloudwatch": Permissions(
        types=[
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            "aws:cloudwatch/compositeAlarm:CompositeAlarm",
            "aws:cloudwatch/dashboard:Dashboard",
        ],
        read=["DescribeAlarms", "GetDashboard", "ListTagsForResource"],
        write=[
            *("PutMetricAlarm", "PutCompositeAlarm", "DeleteAlarms", "PutDashboard"),
            *("DeleteDashboards", "TagResource", "UntagResource"),
        ],
        arns=[
            "arn:aws:cloudwatch:{region}:{account}:alarm:{name}-*",
            "arn:aws:cloudwatch::{account}:dashboard/{stack_name}",
        ],
    ),
    "kms": Permissions(
        types=["aws:kms/key:Key", "aws:kms/alias:Alias"],
        read=["DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListResourceTags"],
        # No ScheduleKeyDeletion: a key has no name in its ARN, and every key would be in reach.
        write=[
            *("PutKeyPolicy", "EnableKeyRotation", "UpdateKeyDescription", "CreateAlias"),
            *("UpdateAlias", "DeleteAlias", "CreateGrant", "Encrypt", "Decrypt"),
            *("GenerateDataKey", "TagResource", "UntagResource"),
        ],
        arns=[
            "arn:aws:kms:{region}:{account}:key/*",
            "arn:aws:kms:{region}:{account}:alias/{stack_name}-*",
        ],
        read_anywhere=["ListAliases"],
        write_anywhere=["CreateKey"],
    ),
    "scheduler": Permissions(
        types=["aws:scheduler/schedule:Schedule"],
        read=["GetSchedule"],
        write=["CreateSchedule", "UpdateSchedule", "DeleteSchedule"],
        arns=["arn:aws:scheduler:{region}:{account}:schedule/default/{name}-*"],
    ),
    "ses": Permissions(
        types=["aws:sesv2/emailIdentity:EmailIdentity"],
        read=["GetEmailIdentity", "ListTagsForResource"],
        write=["CreateEmailIdentity", "DeleteEmailIdentity", "TagResource", "UntagResource"],
        # An identity is called by its address, which is a setting.
        arns=["arn:aws:ses:{region}:{account}:identity/*"],
    ),
    "apigateway": Permissions(
        types=[
            "aws:apigatewayv2/api:Api",
            "aws:apigatewayv2/authorizer:Authorizer",
            "aws:apigatewayv2/integration:Integration",
            "aws:apigatewayv2/route:Route",
            "aws:apigatewayv2/stage:Stage",
        ],
        read=["GET"],
        write=["POST", "PATCH", "PUT", "DELETE"],
        arns=[
            *("arn:aws:apigateway:{region}::/apis", "arn:aws:apigateway:{region}::/apis/*"),
            "arn:aws:apigateway:{region}::/tags/*",
        ],
    ),
}


def reading(account: Account, program: Declared) -> dict[str, Any]:
    """The policy of a preview: descriptions, and no row, message or log line."""
    statements = []
    for service, needed in _needed(program).items():
        statements.append(_allow(service, needed.read, _arns(needed, account, program)))
        statements.append(_allow(service, needed.read_anywhere, ["*"]))
    return document(statements)


def changing(account: Account, program: Declared) -> dict[str, Any]:
    """The policy of a deployment, beside the one of a preview."""
    needed_services = _needed(program)
    statements = []
    for service, needed in needed_services.items():
        statements.append(_allow(service, needed.write, _arns(needed, account, program)))
        statements.append(_allow(service, needed.write_anywhere, ["*"]))
    if "iam" in needed_services:
        roles = _arns(needed_services["iam"], account, program)
        services = ["lambda.amazonaws.com", "scheduler.amazonaws.com"]
        condition = {"StringEquals": {"iam:PassedToService": services}}
        statements.append({**_allow("iam", ["PassRole"], roles), "Condition": condition})
    return document(statements)


def _needed(program: Declared) -> dict[str, Permissions]:
    """The services that the program uses. ValueError names types that no service here covers."""
    covered = {each for permissions in PERMISSIONS.values() for each in permissions.types}
    if unknown := sorted(set(program.names) - covered):
        raise ValueError(
            f"no permissions are known for {', '.join(unknown)}; add them to {Path(__file__).name}"
        )
    return {
        service: permissions
        for service, permissions in PERMISSIONS.items()
        if set(permissions.types) & set(program.names)
    }


def _allow(service: str, actions: Sequence[str], arns: Sequence[str]) -> dict[str, Any]:
    names = [f"{service}:{action}" for action in actions]
    return {"Effect": "Allow", "Action": names, "Resource": list(arns)}


def _arns(permissions: Permissions, account: Account, program: Declared) -> list[str]:
    found = [
        pattern.format(
            region=account.region,
            account=account.id,
            stack_name=f"{program.project}-{program.stack}",
            name=name,
        )
        for pattern in permissions.arns
        for type_ in permissions.types
        for name in program.names.get(type_, ())
    ]
    return list(dict.fromkeys(found))


def document(statements: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [each for each in statements if each["Action"]]}
