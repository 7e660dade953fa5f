"""Permissions of an HTTP API to invoke functions."""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.function import PythonFunction

# What a permission adds to a function's policy, without its name and the end of the ARN.
_STATEMENT = json.dumps(
    {
        "Sid": "-1a2b3c4",
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:name-1a2b3c4",
        "Condition": {
            "ArnLike": {"AWS:SourceArn": "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/"}
        },
    }
)


def may_invoke(
    name: str,
    api: aws.apigatewayv2.Api,
    function: PythonFunction,
    *,
    source: pulumi.Output[str] | str,
    longest_source: str,
    opts: pulumi.ResourceOptions,
) -> None:
    """Let the API invoke a function for `source`, what follows the API in an execution ARN.

    ValueError if the function's policy has no room left for one as long as `longest_source`.
    """
    function.invokers.take(_STATEMENT + name + longest_source)
    aws.lambda_.Permission(
        name,
        action="lambda:InvokeFunction",
        function=function.name,
        principal="apigateway.amazonaws.com",
        source_arn=pulumi.Output.concat(api.execution_arn, "/", source),
        opts=opts,
    )
