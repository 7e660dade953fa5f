"""What a preview reads and a deployment changes, for each type of resource in the main program.

Pulumi names resources after their logical names, so a prefix stands for the project. Where AWS has
no name in the ARN (APIs, subscriptions), everything of the kind in the account is within reach.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

PROJECT = "internal-handoff"

# What physical names begin with: the names that the main program gives its components.
PREFIXES = ("alarms", "notifications", "task-events", "tasks")


@dataclass(frozen=True)
class Account:
    """Where the roles are."""

    region: str
    id: str


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What the workflows need for one service."""

    types: Sequence[str]
    """Resource types of the main program that it covers."""

    read: Sequence[str]
    write: Sequence[str]

    arns: Sequence[str]
    """Patterns with {region}, {account}, {project}, {stack} and, for each name, {prefix}."""

    read_anywhere: Sequence[str] = ()
    """Actions that AWS checks against no resource, or whose resources have no name of ours."""

    write_anywhere: Sequence[str] = ()


RIGHTS = {
    "lambda": Rights(
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
        arns=["arn:aws:lambda:{region}:{account}:function:{prefix}-*"],
    ),
    "iam": Rights(
        types=["aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"],
        read=[
            *("GetRole", "GetRolePolicy", "ListRolePolicies", "ListAttachedRolePolicies"),
            *("ListInstanceProfilesForRole", "ListRoleTags"),
        ],
        write=[
            *("CreateRole", "DeleteRole", "UpdateRole", "UpdateAssumeRolePolicy"),
            *("PutRolePolicy", "DeleteRolePolicy", "TagRole", "UntagRole"),
        ],
        arns=["arn:aws:iam::{account}:role/{prefix}-*"],
    ),
    "dynamodb": Rights(
        types=["aws:dynamodb/table:Table"],
        read=[
            *("DescribeTable", "DescribeTimeToLive", "DescribeContinuousBackups"),
            "ListTagsOfResource",
        ],
        write=[
            *("CreateTable", "UpdateTable", "DeleteTable", "UpdateTimeToLive"),
            *("UpdateContinuousBackups", "TagResource", "UntagResource"),
        ],
        arns=["arn:aws:dynamodb:{region}:{account}:table/{prefix}-*"],
    ),
    "sqs": Rights(
        types=["aws:sqs/queue:Queue", "aws:sqs/queuePolicy:QueuePolicy"],
        read=["GetQueueAttributes", "GetQueueUrl", "ListQueueTags"],
        write=["CreateQueue", "DeleteQueue", "SetQueueAttributes", "TagQueue", "UntagQueue"],
        arns=["arn:aws:sqs:{region}:{account}:{prefix}-*"],
    ),
    "sns": Rights(
        types=["aws:sns/topic:Topic", "aws:sns/topicSubscription:TopicSubscription"],
        read=["GetTopicAttributes", "ListTagsForResource", "ListSubscriptionsByTopic"],
        write=[
            *("CreateTopic", "DeleteTopic", "SetTopicAttributes", "Subscribe"),
            *("TagResource", "UntagResource"),
        ],
        arns=["arn:aws:sns:{region}:{account}:{prefix}-*"],
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
        read_anywhere=["GetSubscriptionAttributes"],
        write_anywhere=["SetSubscriptionAttributes", "Unsubscribe"],
    ),
    "logs": Rights(
        types=[
            "aws:cloudwatch/logGroup:LogGroup",
            "aws:cloudwatch/queryDefinition:QueryDefinition",
        ],
        read=["ListTagsForResource"],
        write=[
            *("CreateLogGroup", "DeleteLogGroup", "PutRetentionPolicy", "DeleteRetentionPolicy"),
            *("TagResource", "UntagResource"),
        ],
        arns=["arn:aws:logs:{region}:{account}:log-group:/aws/*/{project}-{stack}-*"],
        # The queries have no names in ARNs; the deliveries are the gateway's access log:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
        read_anywhere=["DescribeLogGroups", "DescribeQueryDefinitions"],
        write_anywhere=[
            *("PutQueryDefinition", "DeleteQueryDefinition", "CreateLogDelivery"),
            *("GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery", "ListLogDeliveries"),
            *("PutResourcePolicy", "DescribeResourcePolicies"),
        ],
    ),
    "cloudwatch": Rights(
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
            "arn:aws:cloudwatch:{region}:{account}:alarm:{prefix}-*",
            "arn:aws:cloudwatch::{account}:dashboard/{project}-{stack}",
        ],
    ),
    "kms": Rights(
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
            "arn:aws:kms:{region}:{account}:alias/{project}-{stack}-*",
        ],
        read_anywhere=["ListAliases"],
        write_anywhere=["CreateKey"],
    ),
    "scheduler": Rights(
        types=["aws:scheduler/schedule:Schedule"],
        read=["GetSchedule"],
        write=["CreateSchedule", "UpdateSchedule", "DeleteSchedule"],
        arns=["arn:aws:scheduler:{region}:{account}:schedule/default/{prefix}-*"],
    ),
    "ses": Rights(
        types=["aws:sesv2/emailIdentity:EmailIdentity"],
        read=["GetEmailIdentity", "ListTagsForResource"],
        write=["CreateEmailIdentity", "DeleteEmailIdentity", "TagResource", "UntagResource"],
        # An identity is called by its address, which is a setting.
        arns=["arn:aws:ses:{region}:{account}:identity/*"],
    ),
    "apigateway": Rights(
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


def reading(account: Account, stack: str) -> dict[str, Any]:
    """The policy of whoever previews: descriptions, and no row, message or log line."""
    statements = []
    for service, rights in RIGHTS.items():
        statements.append(_allow(service, rights.read, _arns(rights, account, stack)))
        statements.append(_allow(service, rights.read_anywhere, ["*"]))
    return _document(statements)


def changing(account: Account, stack: str) -> dict[str, Any]:
    """The policy of whoever deploys, beside the one of whoever previews."""
    statements = []
    for service, rights in RIGHTS.items():
        statements.append(_allow(service, rights.write, _arns(rights, account, stack)))
        statements.append(_allow(service, rights.write_anywhere, ["*"]))
    pass_role = _allow("iam", ["PassRole"], _arns(RIGHTS["iam"], account, stack))
    services = ["lambda.amazonaws.com", "scheduler.amazonaws.com"]
    pass_role["Condition"] = {"StringEquals": {"iam:PassedToService": services}}
    return _document([*statements, pass_role])


def _allow(service: str, actions: Sequence[str], arns: Sequence[str]) -> dict[str, Any]:
    names = [f"{service}:{action}" for action in actions]
    return {"Effect": "Allow", "Action": names, "Resource": list(arns)}


def _arns(rights: Rights, account: Account, stack: str) -> list[str]:
    found = [
        pattern.format(
            region=account.region,
            account=account.id,
            project=PROJECT,
            stack=stack,
            prefix=prefix,
        )
        for pattern in rights.arns
        for prefix in PREFIXES
    ]
    return list(dict.fromkeys(found))


def _document(statements: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [each for each in statements if each["Action"]]}
