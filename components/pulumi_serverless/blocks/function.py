"""One Lambda function with a role, a log group and a bundle of its own."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.bundle import FunctionCode, build_bundle
from pulumi_serverless.blocks.encryption_key import USER_ACTIONS, EncryptionKey, arn_of
from pulumi_serverless.blocks.json_text import json_text
from pulumi_serverless.blocks.limits import require_between
from pulumi_serverless.blocks.runtime import PYTHON_VERSION, Runtime

# Functions of one service share a zip: one build in a run serves them all.
_bundle_once = functools.cache(build_bundle)

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
class PythonFunctionArgs:
    """What one function runs and how much it may use."""

    handler: str
    """Import path of the handler, e.g. "orders.take_order.handle"."""

    code: FunctionCode
    """What its zip holds. Functions with equal code share one zip."""

    runtime: Runtime = field(default_factory=Runtime)
    """What the stack's functions run on."""

    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Environment variables; serverless_runtime.shared.environment.environment_for names them."""

    timeout_seconds: int = 10
    """How long one invocation may run, 1 to 900."""

    memory_mb: int | None = None
    """Memory, 128 to 10240; left out, what `runtime` gives each function."""

    reserved_concurrency: int | None = None
    """Invocations at once that are kept for the function and are its limit, 1 or more. An account
    must keep 100 unreserved, so new accounts, whose limit is lower, refuse any."""

    def __post_init__(self) -> None:
        require_between("timeout_seconds", self.timeout_seconds, 1, 900)
        if self.memory_mb is not None:
            require_between("memory_mb", self.memory_mb, 128, 10_240)
        if self.reserved_concurrency is not None and self.reserved_concurrency < 1:
            # With 0 every event is a dead letter at once.
            raise ValueError(
                f"reserved_concurrency must be at least 1, got {self.reserved_concurrency}"
            )


class PythonFunction(pulumi.ComponentResource):
    """A Python Lambda function that may do nothing but write its log and trace.

    Grant more with `allow`.
    """

    name: pulumi.Output[str]
    """Physical function name, as callers and alarms refer to it."""

    arn: pulumi.Output[str]
    """ARN of the unpublished ($LATEST) function."""

    log_group_name: pulumi.Output[str]
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

        key = args.runtime.encryption_key
        self.role = aws.iam.Role(
            f"{name}-role", assume_role_policy=_LAMBDA_MAY_ASSUME_ROLE, opts=self._child
        )
        log_group = self._make_log_group(args.runtime)
        rights = [self._allow_writing_to(log_group), self._allow_tracing()]
        if key is not None:
            rights.append(self._allow_use_of(key))
        function = aws.lambda_.Function(
            name,
            runtime=f"python{PYTHON_VERSION}",
            architectures=[args.runtime.architecture],
            handler=args.handler,
            code=_archive(args),
            role=self.role.arn,
            timeout=args.timeout_seconds,
            memory_size=args.memory_mb or args.runtime.memory_mb,
            environment={"variables": args.environment},
            logging_config={
                "log_format": "JSON",
                "log_group": log_group.name,
                "application_log_level": "INFO",
                "system_log_level": "WARN",
            },
            tracing_config={"mode": "Active"},
            reserved_concurrent_executions=args.reserved_concurrency,
            kms_key_arn=arn_of(key),
            opts=pulumi.ResourceOptions(parent=self, depends_on=rights),
        )
        self.name = function.name
        self.arn = function.arn
        self.log_group_name = log_group.name
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
            policy=json_text({"Version": "2012-10-17", "Statement": [statement]}),
            opts=self._child,
        )

    def _make_log_group(self, runtime: Runtime) -> aws.cloudwatch.LogGroup:
        # Made here, so that it has a retention; Lambda would make one that keeps logs for ever.
        return aws.cloudwatch.LogGroup(
            f"{self.logical_name}-log",
            name=f"/aws/lambda/{pulumi.get_project()}-{pulumi.get_stack()}-{self.logical_name}",
            retention_in_days=runtime.log_retention_days,
            kms_key_id=arn_of(runtime.encryption_key),
            opts=self._child,
        )

    def _allow_writing_to(self, log_group: aws.cloudwatch.LogGroup) -> aws.iam.RolePolicy:
        return self.allow(
            "write-log",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[log_group.arn.apply(lambda arn: f"{arn}:*")],
        )

    def _allow_tracing(self) -> aws.iam.RolePolicy:
        # X-Ray has no resources to name: AWS offers nothing narrower than "*".
        return self.allow(
            "trace",
            actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
            resources=["*"],
        )

    def _allow_use_of(self, key: EncryptionKey) -> aws.iam.RolePolicy:
        # Lambda delivers a dead letter with this role, too: without the right it would be lost.
        return self.allow(
            "use-key",
            actions=USER_ACTIONS,
            resources=[key.arn],
            condition=key.through_services,
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
