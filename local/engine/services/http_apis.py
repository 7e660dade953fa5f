"""HTTP APIs: the API, its integrations, routes and stage."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from local.emulator.clients import ACCOUNT_ID, REGION, Clients
from local.emulator.differences import Difference
from local.engine.registry import Created, Inputs, as_int, creates, for_boto3, updates, without_none

DIFFERENCES = (
    Difference(
        aws="an HTTP API has its own host name and a random id",
        emulator="the host <id>.execute-api.localhost is not resolved by every client",
        workaround="the URL has the API's id in its path, and the id is a hash of the API's name",
    ),
)


@creates("aws:apigatewayv2/api:Api")
def create_api(client: Clients, name: str, inputs: Inputs) -> Created:
    api_id = client("apigatewayv2").create_api(
        Name=name,
        ProtocolType=inputs["protocolType"],
        Tags={**inputs.get("tags", {}), "ms-custom-id": stable_api_id(name)},
        **for_boto3(inputs, "corsConfiguration"),
    )["ApiId"]
    return api_id, {
        "apiEndpoint": api_url(client.endpoint, api_id),
        "arn": f"arn:aws:apigateway:{REGION}::/apis/{api_id}",
        "executionArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{api_id}",
    }


@creates("aws:apigatewayv2/integration:Integration")
def create_integration(client: Clients, name: str, inputs: Inputs) -> Created:
    if "integrationSubtype" in inputs:
        raise NotImplementedError("the emulator cannot call AWS services from an HTTP API")
    created = client("apigatewayv2").create_integration(
        **for_boto3(
            inputs,
            *("apiId", "integrationType", "integrationUri", "integrationMethod"),
            "payloadFormatVersion",
        ),
        **without_none(TimeoutInMillis=as_int(inputs.get("timeoutMilliseconds"))),
    )
    return created["IntegrationId"], {}


@creates("aws:apigatewayv2/authorizer:Authorizer")
def create_authorizer(client: Clients, name: str, inputs: Inputs) -> Created:
    if inputs["authorizerType"] != "JWT":
        raise NotImplementedError("the local deployment creates JWT authorizers only")
    token = inputs["jwtConfiguration"]
    created = client("apigatewayv2").create_authorizer(
        ApiId=inputs["apiId"],
        AuthorizerType="JWT",
        Name=name,
        IdentitySource=inputs["identitySources"],
        JwtConfiguration={"Issuer": token["issuer"], "Audience": token["audiences"]},
    )
    return created["AuthorizerId"], {}


@creates("aws:apigatewayv2/route:Route")
def create_route(client: Clients, name: str, inputs: Inputs) -> Created:
    created = client("apigatewayv2").create_route(
        **for_boto3(
            inputs,
            *("apiId", "routeKey", "target", "authorizationType", "authorizerId"),
            "authorizationScopes",
        )
    )
    return created["RouteId"], {}


@creates("aws:apigatewayv2/stage:Stage")
def create_stage(client: Clients, name: str, inputs: Inputs) -> Created:
    stage = inputs.get("name", name)
    client("apigatewayv2").create_stage(
        ApiId=inputs["apiId"],
        StageName=stage,
        AutoDeploy=bool(inputs.get("autoDeploy", False)),
        # Stored by the emulator without effect; access logs would be, too, and are left out.
        DefaultRouteSettings=_throttling(inputs),
    )
    return stage, {
        "invokeUrl": api_url(client.endpoint, inputs["apiId"]),
        "executionArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{inputs['apiId']}/{stage}",
    }


@updates("aws:apigatewayv2/stage:Stage")
def update_stage(client: Clients, name: str, inputs: Inputs) -> bool:
    api = client("apigatewayv2")
    try:
        api.update_stage(
            ApiId=inputs["apiId"],
            StageName=name,
            DefaultRouteSettings=_throttling(inputs),
        )
    except api.exceptions.NotFoundException:
        return False
    return True


def _throttling(inputs: Inputs) -> dict[str, Any]:
    settings = inputs.get("defaultRouteSettings", {})
    return for_boto3(settings, "throttlingRateLimit", "throttlingBurstLimit")


def stable_api_id(name: str) -> str:
    """The id of an API: the same on every deployment. The emulator needs 8 hexadecimal digits."""
    # The physical name ends in a random suffix; what precedes it is the program's own name.
    logical_name = re.sub(r"-[0-9a-f]{7}$", "", name)
    return hashlib.sha256(logical_name.encode()).hexdigest()[:8]


def api_url(endpoint: str, api_id: str) -> str:
    """The URL of an API, without a trailing slash."""
    return f"{endpoint}/_aws/execute-api/{api_id}"
