"""What AWS would refuse at deployment is refused in preview, with the limit and what was found."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import botocore.loaders
import botocore.model
import pulumi
import pulumi_aws as aws
import pytest

from pulumi_serverless import (
    LOG_RETENTION_DAYS,
    ApiAccess,
    DeadLetterQueue,
    DeadLetterQueueArgs,
    EncryptionKey,
    EncryptionKeyArgs,
    HttpApi,
    HttpApiArgs,
    NoAuth,
    Operations,
    OperationsArgs,
    PythonFunction,
    PythonFunctionArgs,
)
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.aws_limits import (
    AUTO_NAME_CHARACTERS,
    NAMES,
    RESERVED_VARIABLES,
    Name,
)
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.testing import AwsMocks, run_program
from tests.components.a_function import FOUNDATION, NO_DEPENDENCIES, a_function

HANDLER = "serverless_runtime.shared.metrics.write_metrics"


def refusal(program: Callable[[], Any], *, stack: str = "unit", preview: bool = False) -> str:
    mocks = AwsMocks(preview=preview)
    with pytest.raises(Exception, match="must") as raised:
        run_program(program, mocks=mocks, preview=preview, stack=stack)
    return str(raised.value)


def with_environment(environment: dict[str, Any]) -> PythonFunction:
    args = PythonFunctionArgs(
        foundation=FOUNDATION, handler=HANDLER, code=NO_DEPENDENCIES, environment=environment
    )
    return PythonFunction("worker", args)


@pytest.mark.parametrize("preview", [True, False])
@pytest.mark.parametrize("secret", [True, False])
def test_an_environment_over_4_kb_is_refused(preview: bool, secret: bool) -> None:
    def program(size: int) -> None:
        text = "ä" * (size // 2)
        with_environment({"AB": pulumi.Output.secret(text) if secret else text})

    text = refusal(lambda: program(4_096), preview=preview)

    assert (
        "environment of worker must be at most 4096 bytes (Lambda's limit) in sum, got 4098" in text
    )
    run_program(lambda: program(4_094), mocks=AwsMocks(preview=preview), preview=preview)


@pytest.mark.parametrize("name", sorted(RESERVED_VARIABLES | {"A", "A-B", "9A", "_A", "Ä1", "A "}))
def test_a_variable_that_lambda_refuses_is_refused(name: str) -> None:
    assert f"got {name!r}" in refusal(lambda: with_environment({name: "x"}))


@pytest.mark.parametrize("known", [True, False])
def test_permissions_beyond_the_limit_of_a_role_are_refused(known: bool) -> None:
    def program() -> None:
        function = a_function("worker")
        for number in range(60):
            arn = f"arn:aws:sqs:eu-west-1:123456789012:{'queue' * 12}-{number}"
            later = pulumi.Output.from_input(arn)
            function.allow(
                f"send-{number}",
                actions=["sqs:SendMessage", "sqs:GetQueueAttributes"],
                resources=[arn if known else later],
            )

    text = refusal(program)
    assert (
        "the permissions of worker must be at most 10240 characters (the limit of a role)" in text
    )


def test_routes_beyond_the_limit_of_a_functions_policy_are_refused() -> None:
    def program() -> None:
        routes = dict.fromkeys([f"GET /orders/{number}" for number in range(80)], a_function("w"))
        access = ApiAccess(auth=NoAuth())
        HttpApi("api", HttpApiArgs(foundation=FOUNDATION, routes=routes, access=access))

    assert "that may invoke w must be at most 20480 bytes of policy" in refusal(program)


@dataclass(frozen=True, kw_only=True)
class _Args(Arguments):
    """None."""


class _Box(Component):
    """A component with the resources of a test."""

    def __init__(self, name: str, args: _Args) -> None:
        super().__init__("serverless:index:Box", name, args, None)


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (
            lambda opts: aws.sqs.QueuePolicy("p", queue_url="q", policy="x" * 8_193, opts=opts),
            "8192",
        ),
        (lambda opts: aws.sns.TopicPolicy("p", arn="a", policy="x" * 30_721, opts=opts), "30720"),
        (lambda opts: aws.kms.Key("p", policy="x" * 32_769, opts=opts), "32768"),
        (lambda opts: aws.iam.Role("p", assume_role_policy="x" * 2_049, opts=opts), "2048"),
        (
            lambda opts: aws.iam.Policy(
                "p", policy=pulumi.Output.from_input("x" * 6_145), opts=opts
            ),
            "6144",
        ),
    ],
)
def test_a_policy_beyond_its_limit_is_refused(make: Any, what: str) -> None:
    assert f"olicy of p must be at most {what} characters" in refusal(
        lambda: make(pulumi.ResourceOptions(parent=_Box("box", _Args())))
    )


def test_a_stack_whose_name_aws_does_not_take_is_refused() -> None:
    def dashboard() -> None:
        Operations("operations", OperationsArgs(foundation=FOUNDATION, watched=[]))

    text = refusal(dashboard, stack="release-1.2")
    assert "the name of the dashboard must be" in text
    assert "got 16: 'test-release-1.2'" in text
    key = refusal(lambda: EncryptionKey("data", EncryptionKeyArgs()), stack="release-1.2")
    assert "the name of the key alias must be" in key


def test_a_name_that_is_too_long_with_what_pulumi_appends_is_refused() -> None:
    def queue(length: int) -> Callable[[], Any]:
        args = DeadLetterQueueArgs(foundation=FOUNDATION)
        return lambda: DeadLetterQueue("q" * length, args)

    assert "1 to 72 characters (80 with what Pulumi appends)" in refusal(queue(73))
    run_program(queue(72), mocks=AwsMocks())


CREATED_BY = {
    "aws:apigatewayv2/api:Api": ("apigatewayv2", "CreateApi", "Name"),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": (
        "cloudwatch",
        "PutCompositeAlarm",
        "AlarmName",
    ),
    "aws:cloudwatch/eventBus:EventBus": ("events", "CreateEventBus", "Name"),
    "aws:cloudwatch/eventRule:EventRule": ("events", "PutRule", "Name"),
    "aws:cloudwatch/logGroup:LogGroup": ("logs", "CreateLogGroup", "logGroupName"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("cloudwatch", "PutMetricAlarm", "AlarmName"),
    "aws:cloudwatch/queryDefinition:QueryDefinition": ("logs", "PutQueryDefinition", "name"),
    "aws:iam/role:Role": ("iam", "CreateRole", "RoleName"),
    "aws:iam/rolePolicy:RolePolicy": ("iam", "PutRolePolicy", "PolicyName"),
    "aws:kms/alias:Alias": ("kms", "CreateAlias", "AliasName"),
    "aws:lambda/permission:Permission": ("lambda", "AddPermission", "StatementId"),
    "aws:pipes/pipe:Pipe": ("pipes", "CreatePipe", "Name"),
    "aws:scheduler/schedule:Schedule": ("scheduler", "CreateSchedule", "Name"),
    "aws:sfn/stateMachine:StateMachine": ("stepfunctions", "CreateStateMachine", "name"),
}
"""The types whose names the model of their service describes."""

FROM_PROSE = {
    # https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html
    "aws:apigatewayv2/api:Api": (1, 128),
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
    "aws:cloudwatch/dashboard:Dashboard": (1, 255),
    # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
    "aws:dynamodb/table:Table": (3, 255),
    # https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
    "aws:lambda/function:Function": (1, 64),
    # https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
    "aws:sns/topic:Topic": (1, 256),
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
    "aws:sqs/queue:Queue": (1, 80),
}
"""Lengths that only the prose of a service has, or its model wider than it is."""


@functools.cache
def shape_of(service: str, operation: str, member: str) -> Any:
    model = botocore.loaders.create_loader().load_service_model(service, "service-2")
    shape = botocore.model.ServiceModel(model).operation_model(operation).input_shape
    return shape.members[member]


@pytest.mark.parametrize("type_", NAMES)
def test_a_name_is_as_long_as_the_service_says(type_: str) -> None:
    metadata = shape_of(*CREATED_BY[type_]).metadata if type_ in CREATED_BY else {}
    of_model = metadata.get("min", 1), metadata.get("max")

    limited = NAMES[type_]
    assert (limited.shortest, limited.longest) == FROM_PROSE.get(type_, of_model)


def test_logs_are_kept_for_as_long_as_the_service_can() -> None:
    text = shape_of("logs", "PutRetentionPolicy", "retentionInDays").documentation
    days = re.search(r"Possible values are: ([\d, and]+)", text)

    assert days is not None
    assert tuple(map(int, re.findall(r"\d+", days[1]))) == LOG_RETENTION_DAYS


@pytest.mark.parametrize("type_", CREATED_BY)
def test_a_name_has_only_characters_that_the_service_takes(type_: str) -> None:
    limited, metadata = NAMES[type_], shape_of(*CREATED_BY[type_]).metadata

    if pattern := metadata.get("pattern"):
        prefix = "alias/" if type_.startswith("aws:kms") else ""
        for code in range(33, 127):
            name = f"{prefix}a{chr(code)}a"
            if re.fullmatch(f"{limited.characters}*", name):
                assert re.fullmatch(pattern, name), name


@pytest.mark.parametrize(("type_", "limited"), NAMES.items(), ids=list(NAMES))
def test_every_limit_of_a_name_holds_on_both_sides(type_: str, limited: Name) -> None:
    limited.require("logical", "a" * limited.longest)
    with pytest.raises(ValueError, match=rf"the name of the {limited.of} must be \d+ to \d+ char"):
        limited.require("logical", "a" * (limited.longest + 1))
    with pytest.raises(ValueError, match=r"got \d+: "):
        limited.require("logical", "line\nbreak")
    limited.require("a" * (limited.longest - AUTO_NAME_CHARACTERS), None)
    with pytest.raises(ValueError, match="with what Pulumi appends"):
        limited.require("a" * (limited.longest - AUTO_NAME_CHARACTERS + 1), None)
