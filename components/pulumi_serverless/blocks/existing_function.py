"""A Lambda function that exists already, and is to be invoked, or to call, asynchronously."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pulumi

from pulumi_serverless.blocks.argument_checks import Between, Matches
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.lambda_function import LambdaFunction


@dataclass(frozen=True, kw_only=True)
class ExistingFunctionArgs(Arguments):
    """Which function it is, and what the components cannot find out about it."""

    arn: Annotated[
        pulumi.Input[str],
        Matches(
            r"arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]+",
            "the ARN of a function, without a version or alias",
        ),
    ]
    """ARN of the function, in the account and region of the program and without a version or
    alias; an `aws.lambda_.Function` has it as `arn`."""

    role_name: pulumi.Input[str]
    """Name of its execution role, which gets an inline policy for each permission. What manages
    the role must let these be: not `aws.iam.RolePoliciesExclusive`, for example."""

    timeout_seconds: Annotated[int, Between(1, 900)]
    """Its own timeout, 1 to 900, which is not read from AWS: alarms and limits follow it."""


class ExistingFunction(LambdaFunction):
    """A function of another stack, or one that was not made as a `PythonFunction`.

    Its permissions are granted here. The rest stays with its owner:

    - as a target, it has its own code, log and encryption key. It must have no event-invoke
      configuration: AWS keeps one, and the component's replaces it. If the component's foundation
      has an encryption key, the role needs that, too: without, Lambda cannot write dead letters.
    - as a caller, its environment must contain the component's `environment`, and its package what
      the component's `code` names.
    """

    def __init__(
        self, name: str, args: ExistingFunctionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:ExistingFunction", name, args, opts)
        self.arn = pulumi.Output.from_input(args.arn)
        self.name = self.arn.apply(lambda arn: arn.rpartition(":")[2])
        self.role_name = pulumi.Output.from_input(args.role_name)
        self.register_outputs({"name": self.name, "arn": self.arn})
