"""What functions do with other resources, from the policies of their roles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from local.picture.boxes import FUNCTION, OUTSIDE, Box, Declared
from pulumi_serverless.testing import Resource

_VERBS = {
    "dynamodb:PutItem": "writes",
    "dynamodb:UpdateItem": "writes",
    "dynamodb:DeleteItem": "writes",
    "dynamodb:BatchWriteItem": "writes",
    "dynamodb:GetItem": "reads",
    "dynamodb:BatchGetItem": "reads",
    "dynamodb:Query": "reads",
    "dynamodb:Scan": "reads",
    "lambda:InvokeFunction": "invokes",
    "sqs:SendMessage": "sends",
    "sqs:ReceiveMessage": "receives",
    "sns:Publish": "publishes",
    "ses:SendEmail": "sends",
    "ses:SendRawEmail": "sends",
    "events:PutEvents": "publishes",
    "kinesis:PutRecord": "writes",
    "kinesis:PutRecords": "writes",
    "s3:PutObject": "writes",
    "s3:DeleteObject": "writes",
    "s3:GetObject": "reads",
    "states:StartExecution": "starts",
}


def granted(declared: Declared) -> Iterator[tuple[Box, Box, str]]:
    """Yield each function, what it may use, and what it does with it."""
    for role, policy, resources in _policies(declared):
        functions = [
            declared.boxes[each.urn]
            for each in declared.of_type(FUNCTION)
            if role in declared.resources(each, "role")
        ]
        for statement in _list(json.loads(policy)["Statement"]):
            for target, label in _uses(declared, statement, resources):
                # A relay that starts runs of its own is no flow between two boxes.
                yield from (
                    (function, target, label) for function in functions if function is not target
                )


def _policies(declared: Declared) -> Iterator[tuple[Resource, str, list[Resource]]]:
    """Yield each policy with its role and the resources that are named in it."""
    for each in declared.of_type("aws:iam/rolePolicy:RolePolicy"):
        for role in declared.resources(each, "role"):
            yield role, str(each.inputs["policy"]), list(declared.resources(each, "policy"))
    for each in declared.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment"):
        for role in declared.resources(each, "role"):
            for policy in declared.resources(each, "policyArn"):
                resources = list(declared.resources(policy, "policy"))
                yield role, str(policy.inputs["policy"]), resources


def _uses(
    declared: Declared, statement: dict[str, Any], resources: list[Resource]
) -> Iterator[tuple[Box, str]]:
    if statement.get("Effect") != "Allow":
        return
    for pattern in _list(statement.get("Action", [])):
        for action in (each for each in _VERBS if fnmatchcase(each, pattern)):
            # A statement without Resource permits what it does not exclude: something outside.
            for text in _list(statement.get("Resource", "*")):
                box = declared.named_in(text, resources) or _outside(action, text)
                if box is not None:
                    yield box, _VERBS[action]


def _outside(action: str, arn: str) -> Box | None:
    """What the program does not declare: by the last part of its ARN, or by its service."""
    service = action.partition(":")[0]
    if arn != "*":
        return Box(OUTSIDE, (arn.rpartition(":")[2],))
    names = {"sns": "phone numbers", "ses": "email"}
    return Box(OUTSIDE, (names[service],)) if service in names else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
