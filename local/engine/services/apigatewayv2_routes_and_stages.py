"""What an HTTP API is made of: integrations, authorizers, routes, stages and deployments.

What needs a new resource is in
https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/apigatewayv2
(ForceNew).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from local.emulator.clients import ACCOUNT_ID, REGION
from local.engine.boto3_arguments import for_boto3, tags_of
from local.engine.drift import ExactMapping
from local.engine.resource_types import Created, Inputs, Outputs, ResourceType, resource
from local.engine.services.apigatewayv2 import api_url

SUBTYPE = "SQS-SendMessage"


class _OfApi(ResourceType):
    """A part of an API, which has the calls create_, get_, update_ and delete_<part>."""

    service = "apigatewayv2"
    part: ClassVar[str]
    id_argument: ClassVar[str]

    def create(self, inputs: Inputs) -> Created:
        arguments = {"ApiId": inputs["apiId"], **self.fixed(inputs), **self.declared(inputs)}
        made = self._call("create", **arguments)
        id_ = str(made[self.id_argument])
        return Created(id_, self.outputs_of(id_, inputs))

    def fixed(self, inputs: Inputs) -> dict[str, Any]:
        """Arguments of the create_ call only."""
        return {}

    def outputs_of(self, id_: str, inputs: Inputs) -> Outputs:
        return {}

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        found = self._call("get", **self._names(id_, inputs))
        return {**found, "outputs": self.outputs_of(id_, inputs)}

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return dict(found["outputs"])

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        removed = self.declared(old).keys() - self.declared(inputs).keys()
        emptied = {name: _empty(self.declared(old)[name]) for name in sorted(removed)}
        self._call("update", **self._names(id_, inputs), **emptied, **self.declared(inputs))

    def delete(self, id_: str, inputs: Inputs) -> None:
        self._call("delete", **self._names(id_, inputs))

    def _call(self, verb: str, **arguments: Any) -> dict[str, Any]:
        return dict(getattr(self.api, f"{verb}_{self.part}")(**arguments))

    def _names(self, id_: str, inputs: Inputs) -> dict[str, str]:
        return {"ApiId": inputs["apiId"], self.id_argument: id_}


def _empty(value: Any) -> Any:
    """What removes a setting: the API leaves alone what an update does not name."""
    return "" if isinstance(value, str) else type(value)()


@resource(
    "aws:apigatewayv2/integration:Integration",
    replaces=("apiId", "integrationType", "integrationSubtype"),
)
class Integration(_OfApi):
    """An integration: what a route calls."""

    part, id_argument = "integration", "IntegrationId"
    renamed: ClassVar = {"TimeoutInMillis": "timeoutMilliseconds"}

    def create(self, inputs: Inputs) -> Created:
        subtype = inputs.get("integrationSubtype")
        if subtype not in (None, SUBTYPE):
            raise NotImplementedError(f"the emulator can call {SUBTYPE} only, not {subtype}")
        if inputs.get("connectionType") == "VPC_LINK":
            raise NotImplementedError(
                "the emulator has no VPC links; forward to a url in the local stack"
            )
        return super().create(inputs)

    def fixed(self, inputs: Inputs) -> dict[str, Any]:
        return for_boto3(inputs, "integrationSubtype")

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        declared = for_boto3(
            inputs,
            *("integrationType", "integrationUri", "integrationMethod", "payloadFormatVersion"),
            *("description", "connectionType", "connectionId", "credentialsArn"),
            "timeoutMilliseconds",
        )
        if "TimeoutMilliseconds" in declared:
            declared["TimeoutInMillis"] = declared.pop("TimeoutMilliseconds")
        if inputs.get("requestParameters"):
            declared["RequestParameters"] = ExactMapping(inputs["requestParameters"])
        if inputs.get("responseParameters"):
            declared["ResponseParameters"] = ExactMapping(
                {each["statusCode"]: each["mappings"] for each in inputs["responseParameters"]}
            )
        return declared


@resource("aws:apigatewayv2/authorizer:Authorizer", replaces=("apiId",))
class Authorizer(_OfApi):
    """An authorizer: who may call routes."""

    part, id_argument = "authorizer", "AuthorizerId"
    longest_name = 128
    updates_name = frozenset({"name"})
    renamed: ClassVar = {
        "IdentitySource": "identitySources",
        "AuthorizerResultTtlInSeconds": "authorizerResultTtlInSeconds",
    }

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        declared = for_boto3(
            inputs,
            *("name", "authorizerType", "authorizerUri", "authorizerPayloadFormatVersion"),
            *("authorizerResultTtlInSeconds", "authorizerCredentialsArn"),
            "enableSimpleResponses",
        )
        if inputs.get("identitySources"):
            declared["IdentitySource"] = list(inputs["identitySources"])
        if token := inputs.get("jwtConfiguration"):
            audiences = list(token.get("audiences") or [])
            declared["JwtConfiguration"] = {"Issuer": token["issuer"], "Audience": audiences}
        return declared


@resource("aws:apigatewayv2/route:Route", replaces=("apiId",))
class Route(_OfApi):
    """A route: a method and a path."""

    part, id_argument = "route", "RouteId"

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return {
            "AuthorizationType": "NONE",
            **for_boto3(
                inputs,
                *("routeKey", "target", "authorizationType", "authorizerId"),
                *("authorizationScopes", "apiKeyRequired", "operationName"),
            ),
        }


@resource("aws:apigatewayv2/deployment:Deployment", replaces=("apiId", "triggers"))
class Deployment(_OfApi):
    """A deployment: a snapshot of the routes."""

    part, id_argument = "deployment", "DeploymentId"

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return for_boto3(inputs, "description")


def _settings(inputs: Inputs) -> dict[str, Any]:
    names = ("throttlingRateLimit", "throttlingBurstLimit", "detailedMetricsEnabled")
    return for_boto3(inputs, *names)


@resource("aws:apigatewayv2/stage:Stage", replaces=("apiId",))
class Stage(_OfApi):
    """A stage, where an API is called; its id is its name."""

    part, id_argument = "stage", "StageName"
    without_effect = frozenset({"accessLogSettings"})
    longest_name = 128

    def fixed(self, inputs: Inputs) -> dict[str, Any]:
        return {"StageName": inputs["name"], "Tags": tags_of(inputs)}

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return {
            "AutoDeploy": bool(inputs.get("autoDeploy")),
            "StageVariables": ExactMapping(inputs.get("stageVariables") or {}),
            # Stored by the emulator without effect; access logs would be, too, and are left out.
            "DefaultRouteSettings": _settings(inputs.get("defaultRouteSettings") or {}),
            "RouteSettings": ExactMapping(
                {each["routeKey"]: _settings(each) for each in inputs.get("routeSettings") or ()}
            ),
            "Description": "",
            **for_boto3(inputs, "description", "deploymentId"),
        }

    def outputs_of(self, id_: str, inputs: Inputs) -> Outputs:
        api = inputs["apiId"]
        return {
            "invokeUrl": api_url(self.client.endpoint, api),
            "executionArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{api}/{id_}",
            "arn": f"arn:aws:apigateway:{REGION}::/apis/{api}/stages/{id_}",
        }
