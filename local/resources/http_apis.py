"""HTTP APIs: the API, its integrations, routes and stage."""

from __future__ import annotations

from typing import Any

from local.clients import ACCOUNT_ID, REGION, Clients
from local.deviations import api_url, stable_api_id
from local.resources.maker import Inputs, Made, Maker, Mender, given, whole


def _api(client: Clients, name: str, inputs: Inputs) -> Made:
    api_id = client("apigatewayv2").create_api(
        Name=name,
        ProtocolType=inputs["protocolType"],
        Tags={**inputs.get("tags", {}), "ms-custom-id": stable_api_id(name)},
        **given(CorsConfiguration=_cors(inputs.get("corsConfiguration", {}))),
    )["ApiId"]
    return api_id, {
        "apiEndpoint": api_url(client.endpoint, api_id),
        "arn": f"arn:aws:apigateway:{REGION}::/apis/{api_id}",
        "executionArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{api_id}",
    }


def _integration(client: Clients, name: str, inputs: Inputs) -> Made:
    if "integrationSubtype" in inputs:
        raise NotImplementedError("the emulator cannot call AWS services from an HTTP API")
    created = client("apigatewayv2").create_integration(
        ApiId=inputs["apiId"],
        IntegrationType=inputs["integrationType"],
        **given(
            IntegrationUri=inputs.get("integrationUri"),
            IntegrationMethod=inputs.get("integrationMethod"),
            PayloadFormatVersion=inputs.get("payloadFormatVersion"),
            TimeoutInMillis=whole(inputs.get("timeoutMilliseconds")),
        ),
    )
    return created["IntegrationId"], {}


def _cors(inputs: Inputs) -> dict[str, Any] | None:
    return (
        given(
            AllowOrigins=inputs.get("allowOrigins"),
            AllowMethods=inputs.get("allowMethods"),
            AllowHeaders=inputs.get("allowHeaders"),
            ExposeHeaders=inputs.get("exposeHeaders"),
            MaxAge=whole(inputs.get("maxAge")),
        )
        or None
    )


def _authorizer(client: Clients, name: str, inputs: Inputs) -> Made:
    if inputs["authorizerType"] != "JWT":
        raise NotImplementedError("the local deployment makes JWT authorizers only")
    token = inputs["jwtConfiguration"]
    created = client("apigatewayv2").create_authorizer(
        ApiId=inputs["apiId"],
        AuthorizerType="JWT",
        Name=name,
        IdentitySource=inputs["identitySources"],
        JwtConfiguration={"Issuer": token["issuer"], "Audience": token["audiences"]},
    )
    return created["AuthorizerId"], {}


def _route(client: Clients, name: str, inputs: Inputs) -> Made:
    created = client("apigatewayv2").create_route(
        ApiId=inputs["apiId"],
        RouteKey=inputs["routeKey"],
        **given(
            Target=inputs.get("target"),
            AuthorizationType=inputs.get("authorizationType"),
            AuthorizerId=inputs.get("authorizerId"),
            AuthorizationScopes=inputs.get("authorizationScopes"),
        ),
    )
    return created["RouteId"], {}


def _stage(client: Clients, name: str, inputs: Inputs) -> Made:
    stage = inputs.get("name", name)
    client("apigatewayv2").create_stage(
        ApiId=inputs["apiId"],
        StageName=stage,
        AutoDeploy=bool(inputs.get("autoDeploy", False)),
        # Kept by the emulator, without effect. So would access logs be: left out.
        DefaultRouteSettings=_throttling(inputs.get("defaultRouteSettings", {})),
    )
    return stage, {
        "invokeUrl": api_url(client.endpoint, inputs["apiId"]),
        "executionArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{inputs['apiId']}/{stage}",
    }


def _mend_stage(client: Clients, name: str, inputs: Inputs) -> bool:
    api = client("apigatewayv2")
    try:
        api.update_stage(
            ApiId=inputs["apiId"],
            StageName=name,
            DefaultRouteSettings=_throttling(inputs.get("defaultRouteSettings", {})),
        )
    except api.exceptions.NotFoundException:
        return False
    return True


def _throttling(inputs: Inputs) -> dict[str, Any]:
    return given(
        ThrottlingRateLimit=inputs.get("throttlingRateLimit"),
        ThrottlingBurstLimit=whole(inputs.get("throttlingBurstLimit")),
    )


MAKERS: dict[str, Maker] = {
    "aws:apigatewayv2/api:Api": _api,
    "aws:apigatewayv2/authorizer:Authorizer": _authorizer,
    "aws:apigatewayv2/integration:Integration": _integration,
    "aws:apigatewayv2/route:Route": _route,
    "aws:apigatewayv2/stage:Stage": _stage,
}

MENDERS: dict[str, Mender] = {"aws:apigatewayv2/stage:Stage": _mend_stage}
