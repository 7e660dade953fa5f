"""What other components need of a Lambda function, whoever created it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Protocol

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.argument_checks import Between
from pulumi_serverless.blocks.aws_limits import MAX_ROLE_POLICY_CHARACTERS, Budget
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.iam import (
    Actions,
    Condition,
    Resource,
    Resources,
    note_purpose,
    policy,
    statement,
)
from pulumi_serverless.blocks.metric import MathExpression, Metric, Statistic

# https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
RetryAttempts = Annotated[int, Between(0, 2)]
EventAgeSeconds = Annotated[int, Between(60, 21_600)]


class LambdaFunctionArgs(Protocol):
    """What the arguments of every function say."""

    @property
    def timeout_seconds(self) -> int:
        """How long one invocation may run."""


class LambdaFunction(Component):
    """A function whose role can be granted permissions, and that can be invoked asynchronously."""

    name: pulumi.Output[str]
    """Physical function name, as callers and alarms refer to it."""

    arn: pulumi.Output[str]
    """ARN of the unpublished ($LATEST) function."""

    role_name: pulumi.Output[str]
    """Physical name of its execution role."""

    logical_name: str
    """The name it was created with."""

    timeout_seconds: int
    """How long one invocation may run."""

    def __init__(
        self,
        type_: str,
        name: str,
        args: LambdaFunctionArgs,
        opts: pulumi.ResourceOptions | None,
    ) -> None:
        super().__init__(type_, name, args, opts)
        self.logical_name = name
        self.timeout_seconds = args.timeout_seconds
        self._event_invoke_config: str | None = None
        self._purposes: set[str] = set()
        self._granted: dict[str, aws.iam.RolePolicy] = {}
        self._policies = Budget(
            f"the permissions of {name}",
            MAX_ROLE_POLICY_CHARACTERS,
            "characters (the limit of a role)",
        )
        self._child = pulumi.ResourceOptions(parent=self)

    def allow(
        self,
        purpose: str,
        *,
        actions: Actions,
        resources: Sequence[Resource] = (),
        not_resources: Sequence[str] = (),
        condition: Condition | None = None,
    ) -> aws.iam.RolePolicy:
        """Let the function perform `actions` on `resources`; `purpose` names the policy.

        What AWS gives no ARN, such as a phone number, can be allowed by `not_resources` instead:
        on everything but these. ValueError unless exactly one of the two is given, and for a
        second permission with the same purpose.
        """
        if bool(resources) == bool(not_resources):
            raise ValueError(
                f"{purpose} must have either resources or not_resources, "
                f"got {len(resources)} and {len(not_resources)}"
            )
        note_purpose(purpose, self.logical_name, self._purposes)
        allowed = statement(
            actions, resources=resources, not_resources=not_resources, condition=condition
        )
        return aws.iam.RolePolicy(
            f"{self.logical_name}-may-{purpose}",
            role=self.role_name,
            policy=policy(allowed, within=self._policies),
            opts=self._child,
        )

    def allow_once(
        self, purpose: str, *, actions: Actions, resources: Resources
    ) -> aws.iam.RolePolicy:
        """`allow`, for a permission that several components may request: the first one grants it,
        and the others get the same policy."""
        if purpose not in self._granted:
            self._granted[purpose] = self.allow(purpose, actions=actions, resources=resources)
        return self._granted[purpose]

    def require_environment(self, owner: str, needed: Mapping[str, pulumi.Input[str]]) -> None:
        """Raise ValueError if the environment is known to lack what the code of the component
        `owner` reads. That of a function which exists already is not known."""

    def configure_event_invoke(
        self,
        name: str,
        *,
        max_retry_attempts: RetryAttempts,
        max_event_age_seconds: EventAgeSeconds,
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

    def metric(self, name: str, statistic: Statistic) -> Metric:
        """A metric that Lambda publishes about the function.

        https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
        """
        return Metric(
            namespace="AWS/Lambda",
            name=name,
            dimensions={"FunctionName": self.name},
            statistic=statistic,
        )

    def failed_runs(self) -> MathExpression:
        """Invocations that failed, and those that Lambda throttled."""
        return MathExpression(
            # Each is missing while there is nothing to count, and one must not hide the other.
            expression="FILL(errors, 0) + FILL(throttles, 0)",
            metrics={
                "errors": self.metric("Errors", "Sum"),
                "throttles": self.metric("Throttles", "Sum"),
            },
        )
