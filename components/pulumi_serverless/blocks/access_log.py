"""The access log of an HTTP API: who asked for what and how it went, not what was said."""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.encryption_key import arn_of
from pulumi_serverless.blocks.runtime import Runtime

# No path, query, address or body: they may hold what people write. What is not known is "-".
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
FORMAT = json.dumps(
    {
        "requestId": "$context.requestId",
        "requestTimeEpoch": "$context.requestTimeEpoch",
        "routeKey": "$context.routeKey",
        "status": "$context.status",
        "responseLatencyMs": "$context.responseLatency",
        "integrationLatencyMs": "$context.integrationLatency",
        "integrationError": "$context.integrationErrorMessage",
        "authorizerError": "$context.authorizer.error",
        "subject": "$context.authorizer.claims.sub",
        "userArn": "$context.identity.userArn",
    }
)


class AccessLog(pulumi.ComponentResource):
    """One log group that API Gateway writes a line of JSON to for every request."""

    arn: pulumi.Output[str]

    def __init__(
        self, name: str, runtime: Runtime, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:AccessLog", name, {}, opts)
        self.arn = aws.cloudwatch.LogGroup(
            name,
            # Under this prefix AWS keeps one resource policy for all log groups; others fill up
            # its 5120 characters.
            # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
            name=f"/aws/vendedlogs/{pulumi.get_project()}-{pulumi.get_stack()}-{name}",
            retention_in_days=runtime.log_retention_days,
            kms_key_id=arn_of(runtime.encryption_key),
            opts=pulumi.ResourceOptions(parent=self),
        ).arn
        self.register_outputs({"arn": self.arn})
