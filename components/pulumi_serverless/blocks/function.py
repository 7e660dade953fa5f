"""One Lambda function with its own role, log group and bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.archive import archive
from pulumi_serverless.blocks.argument_checks import AtLeast, Between
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.aws_limits import (
    MAX_INVOKERS_BYTES,
    MAX_ROLE_POLICY_CHARACTERS,
    Budget,
    require_variables,
    within_environment,
)
from pulumi_serverless.blocks.bundle import FunctionCode
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.encryption_key import USER_ACTIONS, EncryptionKey
from pulumi_serverless.blocks.foundation import PYTHON_VERSION, Foundation, MemoryMb
from pulumi_serverless.blocks.handler import require_handler
from pulumi_serverless.blocks.iam import assume_role_policy, policy, statement
from pulumi_serverless.blocks.metric import Metric
from pulumi_serverless.blocks.names import function_log_group


@dataclass(frozen=True, kw_only=True)
class PythonFunctionArgs(Arguments):
    """Code, environment and limits of one function."""

    handler: str
    """Import path of the handler, e.g. "orders.take_order.handle"."""

    code: FunctionCode
    """What its zip contains. Functions with equal code share one zip."""

    foundation: Foundation
    """Its runtime, and the encryption of its log and environment."""

    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Environment variables; serverless_runtime.shared.environment.environment_for names them."""

    timeout_seconds: Annotated[int, Between(1, 900)] = 10
    """How long one invocation may run, 1 to 900."""

    memory_mb: MemoryMb | None = None
    """Memory, 128 to 10240; left out, what the foundation's runtime gives each function."""

    # With 0 every event would be dead-lettered immediately.
    reserved_concurrency: Annotated[int, AtLeast(1)] | None = None
    """Reserved concurrency, which is also the function's limit, 1 or more. An account must keep 100
    unreserved, so new accounts, whose quota is lower, reject any reservation."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require_handler(self.handler, self.code)
        require_variables(self.environment)


class PythonFunction(Component):
    """A Python Lambda function that may only write its log and its trace.

    Grant more with `allow`.
    """

    name: pulumi.Output[str]
    """Physical function name, as callers and alarms refer to it."""

    arn: pulumi.Output[str]
    """ARN of the unpublished ($LATEST) function."""

    log_group_name: pulumi.Output[str]
    """Physical name of its log group."""

    logical_name: str
    """The name it was created with."""

    role: aws.iam.Role
    """Its execution role; `allow` grants it permissions."""

    timeout_seconds: int
    """How long one invocation may run."""

    reserved_concurrency: int | None
    """Its own limit of runs at the same time, if it has one."""
    invokers: Budget
    """The function's resource policy, to which every `lambda.Permission` adds a statement."""

    def __init__(
        self, name: str, args: PythonFunctionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:PythonFunction", name, args, opts)
        self.logical_name = name
        self.timeout_seconds = args.timeout_seconds
        self.reserved_concurrency = args.reserved_concurrency
        self._event_invoke_config: str | None = None
        self._policies = Budget(
            f"the permissions of {name}",
            MAX_ROLE_POLICY_CHARACTERS,
            "characters (the limit of a role)",
        )
        self.invokers = Budget(
            f"the routes and services that may invoke {name}",
            MAX_INVOKERS_BYTES,
            "bytes of policy (Lambda's limit); use one route for several, or several functions",
        )
        self._child = pulumi.ResourceOptions(parent=self)

        runtime = args.foundation.runtime
        self.role = aws.iam.Role(
            f"{name}-role", assume_role_policy=assume_role_policy("lambda"), opts=self._child
        )
        # Created here to set its retention; Lambda would create one that keeps logs for ever.
        log_group = aws.cloudwatch.LogGroup(
            f"{name}-log",
            name=function_log_group(name),
            retention_in_days=runtime.log_retention_days,
            kms_key_id=args.foundation.key_arn,
            opts=self._child,
        )
        permissions = self._allow_basics(log_group, args.foundation.encryption_key)
        function = aws.lambda_.Function(
            name,
            runtime=f"python{PYTHON_VERSION}",
            architectures=[runtime.architecture],
            handler=args.handler,
            code=archive(args.code, runtime.bundle_target),
            role=self.role.arn,
            timeout=args.timeout_seconds,
            memory_size=args.memory_mb or runtime.memory_mb,
            environment={"variables": within_environment(name, args.environment)},
            logging_config={
                "log_format": "JSON",
                "log_group": log_group.name,
                "application_log_level": "INFO",
                "system_log_level": "WARN",
            },
            tracing_config={"mode": "Active"},
            reserved_concurrent_executions=args.reserved_concurrency,
            kms_key_arn=args.foundation.key_arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=permissions),
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
        allowed = statement(
            actions, resources=resources, not_resources=not_resources, condition=condition
        )
        return aws.iam.RolePolicy(
            f"{self.logical_name}-may-{purpose}",
            role=self.role.name,
            policy=policy(allowed, within=self._policies),
            opts=self._child,
        )

    def configure_event_invoke(
        self,
        name: str,
        *,
        max_retry_attempts: int,
        max_event_age_seconds: int,
        on_failure_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Configure retries and the destination of failed asynchronous invocations.

        AWS keeps one such configuration per function, and a second would replace the first:
        ValueError if there is one already.
        """
        if self._event_invoke_config is not None:
            raise ValueError(
                f"function {self.logical_name} can have one event-invoke configuration, has "
                f"{self._event_invoke_config!r}, got {name!r}; share that one, or use "
                "another function"
            )
        self._event_invoke_config = name
        aws.lambda_.FunctionEventInvokeConfig(
            name,
            function_name=self.name,
            maximum_retry_attempts=max_retry_attempts,
            maximum_event_age_in_seconds=max_event_age_seconds,
            destination_config=None
            if on_failure_arn is None
            else {"on_failure": {"destination": on_failure_arn}},
            opts=opts,
        )

    def metric(self, name: str, statistic: str) -> Metric:
        """A metric that Lambda publishes about the function.

        https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
        """
        return Metric(
            namespace="AWS/Lambda",
            name=name,
            dimensions={"FunctionName": self.name},
            statistic=statistic,
        )

    def _allow_basics(
        self, log_group: aws.cloudwatch.LogGroup, key: EncryptionKey | None
    ) -> list[aws.iam.RolePolicy]:
        """What Lambda itself needs with the function's role."""
        write_log = self.allow(
            "write-log",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[pulumi.Output.concat(log_group.arn, ":*")],
        )
        # X-Ray has no resources to name: AWS offers nothing narrower than "*".
        trace = self.allow(
            "trace",
            actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
            resources=["*"],
        )
        if key is None:
            return [write_log, trace]
        # Lambda delivers dead letters with this role, too: without the permission they are lost.
        use_key = self.allow(
            "use-key",
            actions=USER_ACTIONS,
            resources=[key.arn],
            condition=key.through_services,
        )
        return [write_log, trace, use_key]
