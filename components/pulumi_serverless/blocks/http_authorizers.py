"""The authorizers of an HTTP API: one for each way in which its routes know their callers."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.api_access import ApiAuth, IamAuth, JwtAuth


class Authorizers:
    """Makes an authorizer when the first route needs it; all with equal settings share it."""

    def __init__(self, api_name: str, api: aws.apigatewayv2.Api, opts: pulumi.ResourceOptions):
        self._name, self._api, self._opts = api_name, api, opts
        self._of_issuers: dict[str, aws.apigatewayv2.Authorizer] = {}

    def guard(self, route_key: str, auth: ApiAuth) -> dict[str, Any]:
        """Return the authorization that a route requires, as arguments of the route."""
        if isinstance(auth, JwtAuth):
            return {
                "authorization_type": "JWT",
                "authorizer_id": self._of_issuer(auth).id,
                "authorization_scopes": list(auth.scopes.get(route_key, ())) or None,
            }
        return {"authorization_type": "AWS_IAM" if isinstance(auth, IamAuth) else "NONE"}

    def _of_issuer(self, auth: JwtAuth) -> aws.apigatewayv2.Authorizer:
        accepted = json.dumps([auth.issuer, *auth.audiences])
        # Another issuer gets another authorizer, not the same one with another meaning: routes that
        # still refer to the old one are never guarded by the new issuer meanwhile.
        name = f"{self._name}-tokens-{hashlib.sha256(accepted.encode()).hexdigest()[:6]}"
        if name not in self._of_issuers:
            self._of_issuers[name] = aws.apigatewayv2.Authorizer(
                name,
                api_id=self._api.id,
                authorizer_type="JWT",
                identity_sources=["$request.header.Authorization"],
                jwt_configuration={"issuer": auth.issuer, "audiences": list(auth.audiences)},
                opts=self._opts,
            )
        return self._of_issuers[name]
