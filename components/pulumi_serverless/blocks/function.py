"""One Lambda function with its own role, log group and bundle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.archive import archive
from pulumi_serverless.blocks.argument_checks import AtLeast, Between, require_at_least
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.aws_limits import (
    AUTO_NAME_CHARACTERS,
    MAX_INVOKERS_BYTES,
    NAMES,
    Budget,
    require_variables,
    within_environment,
)
from pulumi_serverless.blocks.bundle import FunctionCode
from pulumi_serverless.blocks.encryption_key import USER_ACTIONS, EncryptionKey
from pulumi_serverless.blocks.foundation import PYTHON_VERSION, Foundation, MemoryMb
from pulumi_serverless.blocks.handler import require_handler
from pulumi_serverless.blocks.iam import assume_role_policy
from pulumi_serverless.blocks.lambda_function import LambdaFunction
from pulumi_serverless.blocks.names import function_log_group

_ROLE = "-role"
MAX_FUNCTION_NAME = NAMES["aws:iam/role:Role"].longest - AUTO_NAME_CHARACTERS - len(_ROLE)
"""Characters that a function's logical name can have, so that its role's has room."""


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


class PythonFunction(LambdaFunction):
    """A Python Lambda function that may only write its log and its trace.

    Grant more with `allow`.
    """

    invoke_arn: pulumi.Output[str]
    """What API Gateway calls to invoke it, where it takes no function's ARN."""

    log_group_name: pulumi.Output[str]
    """Physical name of its log group."""

    role: aws.iam.Role
    """Its execution role; `allow` grants it permissions."""

    environment: Mapping[str, pulumi.Input[str]]
    """Its environment variables."""

    reserved_concurrency: int | None
    """Its own limit of runs at the same time, if it has one."""

    invokers: Budget
    """The function's resource policy, to which every `lambda.Permission` adds a statement."""

    def __init__(
        self, name: str, args: PythonFunctionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:PythonFunction", name, args, opts)
        self.environment = args.environment
        self.reserved_concurrency = args.reserved_concurrency
        self._runs: dict[str, int] = {}
        self.invokers = Budget(
            f"the routes and services that may invoke {name}",
            MAX_INVOKERS_BYTES,
            "bytes of policy (Lambda's limit); use one route for several, or several functions",
        )

        runtime = args.foundation.runtime
        self.role = aws.iam.Role(
            f"{name}{_ROLE}", assume_role_policy=assume_role_policy("lambda"), opts=self._child
        )
        self.role_name = self.role.name
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
        self.invoke_arn = function.invoke_arn
        self.log_group_name = log_group.name
        self.register_outputs({"name": self.name, "arn": self.arn})

    def reserve_runs(self, consumer: str, max_concurrency: int | None) -> None:
        """Note how many runs at the same time a consumer may start.

        ValueError if all of them together may start more than the reserved concurrency: what Lambda
        throttles has been received, so messages would be dead letters untried.
        """
        if self.reserved_concurrency is None:
            return
        if max_concurrency is None:
            raise ValueError(
                f"max_concurrency of {consumer} must be set for the function {self.logical_name}, "
                f"whose reserved_concurrency is {self.reserved_concurrency}, got None: Lambda "
                "would receive more messages than the function can work on"
            )
        self._runs[consumer] = max_concurrency
        require_at_least(
            f"reserved_concurrency of {self.logical_name} (max_concurrency of "
            f"{' and '.join(self._runs)}, or more)",
            self.reserved_concurrency,
            sum(self._runs.values()),
        )

    def require_environment(self, owner: str, needed: Mapping[str, pulumi.Input[str]]) -> None:
        """Raise ValueError unless the environment has what the code of the component `owner` reads:
        without it, or with another component's, every run would fail."""
        missing = [name for name in needed if name not in self.environment]
        if missing:
            raise ValueError(
                f"environment of {self.logical_name} must contain that of {owner}, "
                f"got none of {', '.join(missing)}"
            )
        for name, value in needed.items():
            found = self.environment[name]
            if isinstance(found, str) and isinstance(value, str) and found != value:
                raise ValueError(
                    f"environment of {self.logical_name} must contain that of {owner}, got "
                    f"{name} of another component: it can have one of them"
                )

    def _allow_basics(
        self, log_group: aws.cloudwatch.LogGroup, key: EncryptionKey | None
    ) -> list[aws.iam.RolePolicy]:
        """What Lambda itself needs with the function's role."""
        write_log = self.allow(
            "write-log",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[log_group.arn.apply(lambda arn: f"{arn}:*")],
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
