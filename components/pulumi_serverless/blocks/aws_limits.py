"""What AWS refuses although Pulumi's preview accepts it, each limit with its source.

`require_fitting` is run on every resource that a component declares.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import pulumi

_Each = TypeVar("_Each")

MAX_ENVIRONMENT_BYTES = 4_096
"""All of a function's variables, names and values.
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

MAX_ZIP_MB = 50
"""A function's zip that is uploaded directly, as Pulumi does. Same source."""

MAX_UNZIPPED_MB = 250
"""A function's files. Same source."""

MAX_INVOKERS_BYTES = 20_480
"""The resource policy of a function: one statement for each that may invoke it. Same source."""

MAX_ROLE_POLICY_CHARACTERS = 10_240
"""All policies that are embedded in one role, without white space.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""

MAX_LOG_GROUPS_OF_QUERY = 50
"""Log groups that one query of Logs Insights runs over.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html"""

POLICIES = {
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
    "aws:sqs/queuePolicy:QueuePolicy": ("policy", 8_192),
    # https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
    "aws:sns/topicPolicy:TopicPolicy": ("policy", 30_720),
    # https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
    "aws:kms/key:Key": ("policy", 32_768),
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    "aws:iam/role:Role": ("assume_role_policy", 2_048),
    "aws:iam/policy:Policy": ("policy", 6_144),
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": ("policy", 10_240),
}
"""The input of each type that is a policy of its own, and how many characters it may have."""

RESERVED_VARIABLES = frozenset(
    {
        *("_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION"),
        *("AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
        *("AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE"),
        *("AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY"),
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
        *("AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"),
    }
)
"""Variables that Lambda sets itself, and lets nobody set.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"""

VARIABLE_NAME = "[a-zA-Z][a-zA-Z0-9_]+"
"""https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html"""

FIFO_SUFFIX = ".fifo"
"""What the name of a FIFO queue ends with; it counts.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html"""

AUTO_NAME_CHARACTERS = 8
"""What Pulumi appends to a logical name to make a physical one: a hyphen and seven digits."""


@dataclass(frozen=True)
class Name:
    """How AWS lets resources of one type be named."""

    of: str
    """What the resource is called in messages."""

    characters: str
    """The characters that a name may have, as a class of a regular expression."""

    longest: int

    input: str = "name"
    """The input that holds the name; left out, Pulumi makes one of the logical name."""

    shortest: int = 1

    def require(self, logical_name: str, given: object, suffix: str = "") -> None:
        """Raise ValueError if AWS would refuse the name; `suffix` is what Pulumi puts after it."""
        if isinstance(given, str):
            name, longest, because = given, self.longest, ""
        elif given is None:
            name, longest = logical_name, self.longest - AUTO_NAME_CHARACTERS - len(suffix)
            because = f" ({self.longest} with what Pulumi appends)"
        else:
            return
        allowed = f"{self.shortest} to {longest} characters{because} out of {self.characters}"
        if not re.fullmatch(f"{self.characters}{{{self.shortest},{longest}}}", name):
            raise ValueError(
                f"the name of the {self.of} must be {allowed}, got {len(name)}: {name!r}; "
                "the names of components, and for some those of project and stack, are part of it"
            )


_LETTERS = "[A-Za-z0-9_-]"

# Patterns and lengths of each service's API reference, e.g.
# https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html; a test compares them with
# the models of the services that botocore has.
NAMES = {
    "aws:apigatewayv2/api:Api": Name("API", "[^\\n]", 128),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": Name("alarm", "[^\\n]", 255, "alarm_name"),
    "aws:cloudwatch/dashboard:Dashboard": Name("dashboard", _LETTERS, 255, "dashboard_name"),
    "aws:cloudwatch/eventBus:EventBus": Name("event bus", "[/.A-Za-z0-9_-]", 256),
    "aws:cloudwatch/eventRule:EventRule": Name("rule", "[.A-Za-z0-9_-]", 64),
    "aws:cloudwatch/logGroup:LogGroup": Name("log group", "[.A-Za-z0-9_/#-]", 512),
    "aws:cloudwatch/metricAlarm:MetricAlarm": Name("alarm", "[^\\n]", 255),
    "aws:cloudwatch/queryDefinition:QueryDefinition": Name("query", "[^\\n]", 255),
    "aws:dynamodb/table:Table": Name("table", "[A-Za-z0-9_.-]", 255, shortest=3),
    "aws:iam/role:Role": Name("role", "[A-Za-z0-9_+=,.@-]", 64),
    "aws:iam/rolePolicy:RolePolicy": Name("role policy", "[A-Za-z0-9_+=,.@-]", 128),
    "aws:kms/alias:Alias": Name("key alias", "[A-Za-z0-9/_-]", 256),
    "aws:lambda/function:Function": Name("function", _LETTERS, 64),
    "aws:lambda/permission:Permission": Name("permission", _LETTERS, 100, "statement_id"),
    "aws:pipes/pipe:Pipe": Name("pipe", "[.A-Za-z0-9_-]", 64),
    "aws:scheduler/schedule:Schedule": Name("schedule", "[.A-Za-z0-9_-]", 64),
    "aws:sfn/stateMachine:StateMachine": Name("state machine", _LETTERS, 80),
    "aws:sns/topic:Topic": Name("topic", "[A-Za-z0-9_.-]", 256),
    "aws:sqs/queue:Queue": Name("queue", "[A-Za-z0-9_.-]", 80),
}
"""The types whose names AWS limits."""


def in_parts(all_of_them: Sequence[_Each], size: int) -> list[Sequence[_Each]]:
    """Return them in order, as lists that AWS takes one at a time; none of nothing."""
    return [all_of_them[start : start + size] for start in range(0, len(all_of_them), size)]


class Budget:
    """A size that several texts share, some of which are known only later."""

    def __init__(self, what: str, limit: int, unit: str) -> None:
        self._what, self._limit, self._unit = what, limit, unit
        self._taken = 0

    def take(self, text: str) -> str:
        """Count a text and return it. Raises ValueError once all of them are too much."""
        self._taken += len(text.encode())
        if self._taken > self._limit:
            raise ValueError(
                f"{self._what} must be at most {self._limit} {self._unit} in sum, "
                f"got {self._taken} or more"
            )
        return text


def require_variables(environment: Mapping[str, object]) -> None:
    """Raise ValueError if Lambda would refuse the name of a variable."""
    for name in environment:
        if not re.fullmatch(VARIABLE_NAME, name):
            raise ValueError(
                "environment must have names of at least two letters, digits and underscores "
                f"that begin with a letter, got {name!r}"
            )
        if name in RESERVED_VARIABLES:
            raise ValueError(f"environment must not set what Lambda sets itself, got {name!r}")


def within_environment(function: str, variables: Mapping[str, pulumi.Input[str]]) -> dict[str, Any]:
    """Return a function's variables, which raise ValueError when they are known to be too long.

    What is unknown in a preview is left out of the sum: a queue's URL is, a channel's settings are
    not.
    """
    budget = Budget(f"environment of {function}", MAX_ENVIRONMENT_BYTES, "bytes (Lambda's limit)")
    counted = {}
    for name, value in variables.items():
        budget.take(name)
        counted[name] = _taken(budget, value)
    return counted


def require_fitting(
    resource: pulumi.ResourceTransformationArgs,
) -> pulumi.ResourceTransformationResult | None:
    """Raise ValueError if AWS would refuse a resource that is about to be declared."""
    if limited := NAMES.get(resource.type_):
        suffix = FIFO_SUFFIX if resource.props.get("fifo_queue") else ""
        limited.require(resource.name, resource.props.get(limited.input), suffix)
    if resource.type_ not in POLICIES:
        return None
    field, limit = POLICIES[resource.type_]
    budget = Budget(f"{field} of {resource.name}", limit, "characters")
    checked = _taken(budget, resource.props[field])
    return pulumi.ResourceTransformationResult({**resource.props, field: checked}, resource.opts)


def _taken(budget: Budget, text: Any) -> pulumi.Input[str]:
    """Return a text, or what will be one, which is counted as soon as it is known."""
    if isinstance(text, str):
        return budget.take(text)
    # Of an output, from_input would make two more.
    later = text if isinstance(text, pulumi.Output) else pulumi.Output.from_input(text)
    return later.apply(budget.take)
