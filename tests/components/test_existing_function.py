"""A function that exists already can be target and caller of a handoff."""

from __future__ import annotations

import json
from typing import Any

import pulumi_aws as aws
import pytest

from pulumi_serverless import (
    AsyncHandoff,
    AsyncHandoffArgs,
    ExistingFunction,
    ExistingFunctionArgs,
)
from pulumi_serverless.testing import record
from pulumi_serverless.testing.mocks import FUNCTION, ROLE_POLICY
from tests.components.a_function import FOUNDATION, a_function

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:legacy"
DELIVERY = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def existing(name: str = "legacy", **settings: Any) -> ExistingFunction:
    known = {"arn": ARN, "role_name": "legacy-role", "timeout_seconds": 30, **settings}
    return ExistingFunction(name, ExistingFunctionArgs(**known))


def handoff_to(target: Any) -> AsyncHandoff:
    return AsyncHandoff("events", AsyncHandoffArgs(foundation=FOUNDATION, target=target))


def test_an_existing_function_becomes_a_target() -> None:
    def program() -> None:
        handoff = handoff_to(existing())
        handoff.allow_caller(a_function("take", environment=handoff.environment))

    stack = record(program)

    may_dead_letter = stack.named("legacy-may-send-to-events-dead-letters", ROLE_POLICY)
    delivery = stack.named("events-delivery", DELIVERY)
    assert may_dead_letter.inputs["role"] == "legacy-role"
    assert delivery.inputs["functionName"] == "legacy"
    assert may_dead_letter.urn in delivery.dependencies
    may_invoke = stack.named("take-may-hand-off-events", ROLE_POLICY)
    assert json.loads(may_invoke.inputs["policy"])["Statement"][0]["Resource"] == [ARN]
    assert "legacy" not in [each.name for each in stack.of_type(FUNCTION)]


def test_its_alarms_watch_the_existing_function_and_its_timeout() -> None:
    stack = record(lambda: handoff_to(existing()))

    alarm = stack.named("events-target-duration", ALARM).inputs
    assert alarm["threshold"] == 30 * 10 * 80
    assert '"legacy"' in json.dumps(alarm)


def test_an_existing_function_becomes_a_caller() -> None:
    stack = record(lambda: handoff_to(a_function("notify")).allow_caller(existing()))

    for name in ("legacy-may-hand-off-events", "legacy-may-fill-events-outbox"):
        assert stack.named(name, ROLE_POLICY).inputs["role"] == "legacy-role"


def test_a_function_of_the_same_program_is_adopted_by_its_outputs() -> None:
    def program() -> None:
        role = aws.iam.Role("plain", assume_role_policy="{}")
        function = aws.lambda_.Function("plain", role=role.arn, package_type="Image", image_uri="x")
        handoff_to(existing("adopted", arn=function.arn, role_name=role.name))

    stack = record(program)

    assert stack.named("adopted-may-send-to-events-dead-letters", ROLE_POLICY)


@pytest.mark.parametrize("arn", [f"{ARN}:live", f"{ARN}:$LATEST", "legacy", "", ARN[:-7]])
def test_what_is_no_arn_of_a_whole_function_fails_before_deploy(arn: str) -> None:
    with pytest.raises(ValueError, match="arn must"):
        existing(arn=arn)


def test_a_target_that_runs_too_long_is_refused_as_any_other() -> None:
    def program() -> None:
        handoff_to(existing(timeout_seconds=60))

    with pytest.raises(
        ValueError, match="timeout_seconds of the target legacy must be at most 50, got 60"
    ):
        record(program)


@pytest.mark.parametrize("target", [ARN, None, object()])
def test_what_is_no_function_is_refused_with_what_would_be_one(target: Any) -> None:
    with pytest.raises(
        ValueError, match=r"target must be a PythonFunction or an? ExistingFunction"
    ):
        AsyncHandoffArgs(foundation=FOUNDATION, target=target)
