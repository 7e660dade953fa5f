"""HTTP APIs ask only authorizer functions that permit it."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from local.emulator.differences import Difference

DIFFERENCES = (
    Difference(
        aws="an HTTP API asks an authorizer's function if its policy permits that authorizer, and "
        "responds with 500 otherwise",
        emulator="asks any function",
        workaround="local/emulator/patches/http_authorizers.py looks for the permission",
    ),
)


def apply() -> None:
    """Look for the permission before an authorizer's function is called."""
    api_gateway: Any = import_module("ministack.services.apigateway")
    functions: Any = import_module("ministack.services.lambda_svc")
    invoke = api_gateway._invoke_request_authorizer_lambda

    async def invoke_if_permitted(
        authorizer: Mapping[str, Any], event: Mapping[str, Any], account: str, region: str
    ) -> Any:
        # With a role of its own, the API needs no permission in the function's policy.
        if not authorizer.get("authorizerCredentialsArn"):
            uri = authorizer.get("authorizerUri", "")
            function, _, _ = functions._get_func_record_for_ref_in_scope(
                api_gateway._extract_lambda_ref_from_integration_uri(uri),
                account_id=account,
                region=region,
            )
            api = f"arn:aws:execute-api:{region}:{account}:{event['requestContext']['apiId']}"
            source = f"{api}/authorizers/{authorizer['authorizerId']}"
            if function is not None and not _permits(function["policy"], source):
                return None
        return await invoke(authorizer, event, account, region)

    api_gateway._invoke_request_authorizer_lambda = invoke_if_permitted


def _permits(policy: Mapping[str, Any], source: str) -> bool:
    """Whether API Gateway may invoke the function for this source. Without a condition it may for
    any."""
    return any(
        statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
        and statement["Action"] in ("lambda:InvokeFunction", "lambda:*")
        and fnmatch.fnmatchcase(source, _source_of(statement))
        for statement in policy["Statement"]
    )


def _source_of(statement: Mapping[str, Any]) -> str:
    condition = statement.get("Condition", {}).get("ArnLike", {})
    pattern: str = condition.get("AWS:SourceArn", "*")
    return pattern
