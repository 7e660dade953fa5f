"""The access log of an HTTP API: callers, routes and outcomes, without content."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.names import api_log_group

# No path, query, address or body: they may contain personal data. Unknown values are "-".
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


@dataclass(frozen=True, kw_only=True)
class AccessLogArgs:
    """Retention and encryption of the log."""

    foundation: Foundation


class AccessLog(pulumi.ComponentResource):
    """A log group to which API Gateway writes one line of JSON per request."""

    arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: AccessLogArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:AccessLog", name, {}, opts)
        self.arn = aws.cloudwatch.LogGroup(
            name,
            name=api_log_group(name),
            retention_in_days=args.foundation.runtime.log_retention_days,
            kms_key_id=args.foundation.key_arn,
            opts=pulumi.ResourceOptions(parent=self),
        ).arn
        self.register_outputs({"arn": self.arn})
