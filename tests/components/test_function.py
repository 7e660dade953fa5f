from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest

from pulumi_serverless.blocks.foundation import Foundation, Runtime
from pulumi_serverless.blocks.function import PythonFunction, PythonFunctionArgs
from pulumi_serverless.testing import AwsMocks, record, run_program
from pulumi_serverless.testing.mocks import FUNCTION, ROLE_POLICY
from tests.components.a_function import FOUNDATION, NO_DEPENDENCIES, TOPIC, a_function


def statements(policy: str) -> list[dict[str, Any]]:
    return list(json.loads(policy)["Statement"])


def test_a_function_may_only_write_its_log_and_its_trace() -> None:
    stack = record(lambda: a_function("worker"))

    allowed = [s for p in stack.of_type(ROLE_POLICY) for s in statements(p.inputs["policy"])]
    assert sorted(action for statement in allowed for action in statement["Action"]) == [
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    ]
    assert {"Resource": ["arn:worker-log:*"]}.items() <= next(
        s for s in allowed if "logs:PutLogEvents" in s["Action"]
    ).items()


def test_a_function_waits_for_its_policies_and_its_log_group() -> None:
    stack = record(lambda: a_function("worker"))

    waits_for = {urn.rsplit("::", 1)[1] for urn in stack.only(FUNCTION).dependencies}
    assert {"worker-may-write-log", "worker-may-trace", "worker-log"} <= waits_for


def test_a_function_logs_json_to_its_own_group_and_traces() -> None:
    inputs = record(lambda: a_function("worker")).only(FUNCTION).inputs

    assert inputs["loggingConfig"]["logFormat"] == "JSON"
    assert inputs["loggingConfig"]["logGroup"] == "/aws/lambda/test-unit-worker"
    assert inputs["tracingConfig"] == {"mode": "Active"}
    assert inputs["runtime"] == "python3.13"
    assert inputs["architectures"] == ["arm64"]


def test_a_granted_permission_names_its_actions_and_resources() -> None:
    def program() -> None:
        a_function("worker").allow("read", actions=["s3:GetObject"], resources=["arn:bucket/*"])

    policy = record(program).named("worker-may-read", ROLE_POLICY)
    assert statements(policy.inputs["policy"]) == [
        {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:bucket/*"]}
    ]


@pytest.mark.parametrize(("field", "value"), [("timeout_seconds", 901), ("memory_mb", 127)])
def test_sizes_that_lambda_rejects_fail_before_deploy(field: str, value: int) -> None:
    with pytest.raises(ValueError, match=f"{field} must be between .* got {value}"):
        PythonFunctionArgs(
            foundation=FOUNDATION,
            handler="serverless_runtime.shared.metrics.write_metrics",
            code=NO_DEPENDENCIES,
            **{field: value},  # type: ignore[arg-type]
        )


def test_a_second_permission_with_the_same_purpose_is_refused() -> None:
    def program() -> None:
        function = a_function("save")
        for table in ("arn:orders", "arn:stock"):
            function.allow("write", actions=["dynamodb:PutItem"], resources=[table])

    message = "each permission of save must have a purpose of its own, got 'write' twice; give it"
    with pytest.raises(ValueError, match=message):
        record(program)


def test_a_function_has_the_memory_of_its_stack_or_its_own() -> None:
    def program() -> None:
        foundation = Foundation(alarm_topic_arn=TOPIC, runtime=Runtime(memory_mb=256))
        for name, memory_mb in (("small", None), ("large", 1_024)):
            PythonFunction(
                name,
                PythonFunctionArgs(
                    foundation=foundation,
                    handler="serverless_runtime.shared.metrics.write_metrics",
                    code=NO_DEPENDENCIES,
                    memory_mb=memory_mb,
                ),
            )

    made = record(program).of_type(FUNCTION)

    assert {each.name: each.inputs["memorySize"] for each in made} == {"small": 256, "large": 1_024}


def test_memory_that_lambda_rejects_for_a_stack_fails_before_deploy() -> None:
    with pytest.raises(ValueError, match="memory_mb must be between 128 and 10240, got 10241"):
        Runtime(memory_mb=10_241)


@pytest.mark.parametrize(("field", "value"), [("architecture", "sparc"), ("log_retention_days", 8)])
def test_a_runtime_that_aws_does_not_offer_fails_before_deploy(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{field} must be one of .* got {value!r}"):
        Runtime(**{field: value})  # type: ignore[arg-type]


def test_bundles_are_built_for_lambda_unless_configured_for_this_host() -> None:
    def program() -> None:
        pulumi.export("label", Runtime().bundle_target.label)

    def label(**config: str) -> str:
        settings = {f"pulumi-serverless:{key}": value for key, value in config.items()}
        return str(run_program(program, config=settings, mocks=AwsMocks()).exports["label"])

    assert label() == "python3.13-arm64"
    assert label(bundleFor="host").startswith("host-python")
    with pytest.raises(ValueError, match="bundleFor must be one of lambda, host, got 'me'"):
        label(bundleFor="me")
