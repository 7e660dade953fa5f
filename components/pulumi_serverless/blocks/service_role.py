"""A role that one AWS service of this account acts as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.argument_checks import require_one_of
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.iam import (
    Actions,
    Condition,
    Resources,
    assume_role_policy,
    note_purpose,
    policy,
    statement,
)

# Only for resources of this account: another's could name the role, too.
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
# API Gateway does not say for whom it assumes a role, and would not get it under this condition;
# it takes roles of the API's own account only.
# https://github.com/aws-solutions-library-samples/accelerated-intelligent-document-processing-on-aws/pull/479
SERVICES: Mapping[str, bool] = {"apigateway": False, "scheduler": True}
"""The services by name, and whether each says for which account it assumes a role."""


@dataclass(frozen=True, kw_only=True)
class ServiceRoleArgs(Arguments):
    """Who acts."""

    service: str
    """Name of the service, such as "scheduler"; one of SERVICES."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require_one_of("service", self.service, SERVICES)


class ServiceRole(Component):
    """A role without any permission; grant some with `allow`."""

    arn: pulumi.Output[str]
    """ARN of the role."""

    def __init__(
        self, name: str, args: ServiceRoleArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:ServiceRole", name, args, opts)
        self._name = name
        self._purposes: set[str] = set()
        self._child = pulumi.ResourceOptions(parent=self)
        self._role = aws.iam.Role(
            f"{name}-role",
            assume_role_policy=assume_role_policy(
                args.service, condition=self._condition(args.service)
            ),
            opts=self._child,
        )
        self.arn = self._role.arn
        self.register_outputs({"arn": self.arn})

    def allow(
        self,
        purpose: str,
        *,
        actions: Actions,
        resources: Resources,
        condition: Condition | None = None,
    ) -> aws.iam.RolePolicy:
        """Let the service perform `actions` on `resources`; `purpose` names the policy.

        ValueError for a second permission with the same purpose.
        """
        note_purpose(purpose, self._name, self._purposes)
        return aws.iam.RolePolicy(
            f"{self._name}-may-{purpose}",
            role=self._role.name,
            policy=policy(statement(actions, resources=resources, condition=condition)),
            opts=self._child,
        )

    def _condition(self, service: str) -> dict[str, Any] | None:
        if not SERVICES[service]:
            return None
        caller = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(parent=self))
        return {"StringEquals": {"aws:SourceAccount": caller.account_id}}
