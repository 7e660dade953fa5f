"""One Lambda function with a role, a log group and a bundle of its own."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pulumi
import pulumi_aws as aws

from components.blocks.bundle import FunctionCode, build_bundle
from components.blocks.dependencies import Target, host_target, lambda_target
from components.blocks.limits import require_between, require_one_of

PYTHON_VERSION = "3.13"
ARCHITECTURES = ("arm64", "x86_64")

# Functions of one service share a zip: one build in a run serves them all.
_bundle_once = functools.cache(build_bundle)

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
LOG_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)

_LAMBDA_MAY_ASSUME_ROLE = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """What the functions of one stack run on."""

    architecture: str = "arm64"
    """Processor, "arm64" or "x86_64"."""

    bundle_for: Literal["lambda", "host"] = "lambda"
    """Whose Python the bundles are built for; "host" is for the local emulator."""

    log_retention_days: int = 30
    """How long CloudWatch keeps the logs; one of LOG_RETENTION_DAYS."""

    def __post_init__(self) -> None:
        require_one_of("architecture", self.architecture, ARCHITECTURES)
        require_one_of("bundle_for", self.bundle_for, ("lambda", "host"))
        require_one_of("log_retention_days", self.log_retention_days, LOG_RETENTION_DAYS)

    @property
    def bundle_target(self) -> Target:
        if self.bundle_for == "host":
            return host_target()
        return lambda_target(PYTHON_VERSION, self.architecture)


@dataclass(frozen=True, kw_only=True)
class PythonFunctionArgs:
    """What one function runs and how much it may use."""

    handler: str
    """Import path of the handler, e.g. "lambdas.task_service.handlers.create_task.handle"."""

    code: FunctionCode
    """What its zip holds. Functions with equal code share one zip."""

    runtime: Runtime = field(default_factory=Runtime)
    """What the stack's functions run on."""

    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Environment variables; build them with lambdas.shared.environment.environment_for."""

    timeout_seconds: int = 10
    """How long one invocation may run, 1 to 900."""

    memory_mb: int = 512
    """Memory, 128 to 10240; CPU grows with it (1769 MB is one whole processor)."""

    def __post_init__(self) -> None:
        require_between("timeout_seconds", self.timeout_seconds, 1, 900)
        require_between("memory_mb", self.memory_mb, 128, 10_240)


class PythonFunction(pulumi.ComponentResource):
    """A Python Lambda function that may do nothing but write its log and trace.

    Grant more with `allow`.
    """

    name: pulumi.Output[str]
    """Physical function name, as callers and alarms refer to it."""

    arn: pulumi.Output[str]
    """ARN of the unpublished ($LATEST) function."""

    timeout_seconds: int
    """How long one invocation may run."""

    def __init__(
        self, name: str, args: PythonFunctionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:PythonFunction", name, {}, opts)
        self.logical_name = name
        self.timeout_seconds = args.timeout_seconds
        self._handoff_name: str | None = None
        self._child = pulumi.ResourceOptions(parent=self)

        self.role = aws.iam.Role(
            f"{name}-role", assume_role_policy=_LAMBDA_MAY_ASSUME_ROLE, opts=self._child
        )
        # Made here, so that it has a retention; Lambda would make one that keeps logs for ever.
        log_group = aws.cloudwatch.LogGroup(
            f"{name}-log",
            name=f"/aws/lambda/{pulumi.get_project()}-{pulumi.get_stack()}-{name}",
            retention_in_days=args.runtime.log_retention_days,
            opts=self._child,
        )
        may_write_log = self.allow(
            "write-log",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[pulumi.Output.concat(log_group.arn, ":*")],
        )
        # X-Ray has no resources to name: AWS offers nothing narrower than "*".
        may_trace = self.allow(
            "trace",
            actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
            resources=["*"],
        )
        function = aws.lambda_.Function(
            name,
            runtime=f"python{PYTHON_VERSION}",
            architectures=[args.runtime.architecture],
            handler=args.handler,
            code=_archive(args),
            role=self.role.arn,
            timeout=args.timeout_seconds,
            memory_size=args.memory_mb,
            environment={"variables": args.environment},
            logging_config={
                "log_format": "JSON",
                "log_group": log_group.name,
                "application_log_level": "INFO",
                "system_log_level": "WARN",
            },
            tracing_config={"mode": "Active"},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[may_write_log, may_trace]),
        )
        self.name = function.name
        self.arn = function.arn
        self.register_outputs({"name": self.name, "arn": self.arn})

    def allow(
        self,
        purpose: str,
        *,
        actions: Sequence[str],
        resources: Sequence[pulumi.Input[str]] = (),
        not_resources: Sequence[str] = (),
        condition: Mapping[str, Any] | None = None,
    ) -> aws.iam.RolePolicy:
        """Let the function perform `actions` on `resources`; `purpose` names the policy.

        What AWS gives no ARN, such as a phone number, can be allowed by `not_resources` instead:
        on everything but these. ValueError unless exactly one of the two is given.
        """
        if bool(resources) == bool(not_resources):
            raise ValueError(
                f"{purpose} must have either resources or not_resources, "
                f"got {len(resources)} and {len(not_resources)}"
            )
        statement: dict[str, Any] = {"Effect": "Allow", "Action": list(actions)}
        if resources:
            statement["Resource"] = list(resources)
        else:
            statement["NotResource"] = list(not_resources)
        if condition:
            statement["Condition"] = condition
        return aws.iam.RolePolicy(
            f"{self.logical_name}-may-{purpose}",
            role=self.role.name,
            policy=pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [statement]}),
            opts=self._child,
        )

    def receive_handoff(self, handoff_name: str) -> None:
        """Note that a handoff delivers here. ValueError if one does already.

        AWS keeps one event-invoke configuration per function: the second would replace the first.
        """
        if self._handoff_name is not None:
            raise ValueError(
                f"target {self.logical_name} can receive one handoff, has {self._handoff_name!r}, "
                f"got {handoff_name!r}; share the handoff, or give it a target of its own"
            )
        self._handoff_name = handoff_name


def _archive(args: PythonFunctionArgs) -> pulumi.Archive:
    bundle = _bundle_once(args.code, args.runtime.bundle_target, Path.cwd() / ".build")
    # Relative, so that the path in the stack's state is the same on every machine.
    return pulumi.FileArchive(os.path.relpath(bundle))
