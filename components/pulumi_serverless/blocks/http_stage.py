"""The stage of an HTTP API: its access log, and how often its routes may be called."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.api_access import ApiAccess, RouteLimit
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.names import api_log_group

STAGE = "$default"
"""Its name: that of the stage whose URL has no path."""

# No path, query, address or body: they may contain personal data. Unknown values are "-".
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
_LOG_FORMAT = json.dumps(
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
        # What the function of a LambdaAuth says, if it says so.
        "tenant": "$context.authorizer.tenant",
        "keyId": "$context.authorizer.keyId",
    }
)


def make_stage(
    name: str,
    api: aws.apigatewayv2.Api,
    *,
    foundation: Foundation,
    access: ApiAccess,
    limits: Mapping[aws.apigatewayv2.Route, RouteLimit],
    detailed_metrics: bool,
    parent: pulumi.Resource,
) -> None:
    """Create the stage of the API `name`, and its log group."""
    log = aws.cloudwatch.LogGroup(
        f"{name}-access",
        name=api_log_group(f"{name}-access"),
        retention_in_days=foundation.runtime.log_retention_days,
        kms_key_id=foundation.key_arn,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    # What settings of a route leave out is not taken from the default ones.
    detailed = detailed_metrics or None
    aws.apigatewayv2.Stage(
        f"{name}-stage",
        api_id=api.id,
        name=STAGE,
        auto_deploy=True,
        access_log_settings={"destination_arn": log.arn, "format": _LOG_FORMAT},
        default_route_settings=aws.apigatewayv2.StageDefaultRouteSettingsArgs(
            throttling_rate_limit=access.requests_per_second,
            throttling_burst_limit=access.burst_requests,
            detailed_metrics_enabled=detailed,
        ),
        route_settings=[
            aws.apigatewayv2.StageRouteSettingArgs(
                route_key=route.route_key,
                throttling_rate_limit=limit.requests_per_second,
                throttling_burst_limit=limit.burst_requests,
                detailed_metrics_enabled=detailed,
            )
            for route, limit in limits.items()
        ]
        or None,
        # API Gateway refuses settings of a route that it does not have yet.
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(limits)),
    )
