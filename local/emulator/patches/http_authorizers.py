"""HTTP APIs ask only authorizer functions that permit it, and forget decisions when told to."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping
from http import HTTPStatus
from importlib import import_module
from typing import Any
from urllib.parse import unquote

from local.emulator.differences import Difference

DIFFERENCES = (
    Difference(
        aws="an HTTP API asks an authorizer's function if its policy permits that authorizer, and "
        "responds with 500 otherwise",
        emulator="asks any function",
        workaround="local/emulator/patches/http_authorizers.py looks for the permission",
    ),
    Difference(
        aws="the cached decisions about a stage can be reset (ResetAuthorizersCache)",
        emulator="deletes the stage",
        workaround="local/emulator/patches/http_authorizers.py forgets the decisions",
    ),
    Difference(
        aws="a route of an HTTP API with IAM authorization is for signed requests",
        emulator="lets a request in that has any Authorization header, such as another token",
        workaround="local/emulator/patches/http_authorizers.py takes none but a signature",
    ),
)

_SIGNATURE = "AWS4-HMAC-SHA256 "
_RESET = re.compile(r"/v2/apis/([^/]+)/stages/([^/]+)/cache/authorizers/?")


def apply() -> None:
    """Look for the permission before a function is called, let caches be reset, and take nothing
    but a signature for one."""
    api_gateway: Any = import_module("ministack.services.apigateway")
    _ask_only_with_permission(api_gateway)
    _reset_instead_of_delete(api_gateway)
    _take_signatures_only(api_gateway)


def _take_signatures_only(api_gateway: Any) -> None:
    handle = api_gateway._handle_execute_in_scope

    async def handle_signed(
        api_id: str, stage: str, path: str, method: str, headers: Mapping[str, str], *rest: Any
    ) -> Any:
        route = api_gateway._match_route(api_id, method, "/" + path.lstrip("/")) or {}
        if route.get("authorizationType") == "AWS_IAM":
            # Without the header it is refused; a signature has been checked by now.
            headers = {
                name: value
                for name, value in headers.items()
                if name.lower() != "authorization" or value.startswith(_SIGNATURE)
            }
        return await handle(api_id, stage, path, method, headers, *rest)

    api_gateway._handle_execute_in_scope = handle_signed


def _reset_instead_of_delete(api_gateway: Any) -> None:
    handle = api_gateway.handle_request

    async def handle_or_reset(method: str, path: str, *request: Any, **named: Any) -> Any:
        found = _RESET.fullmatch(path) if method == "DELETE" else None
        if found is None:
            return await handle(method, path, *request, **named)
        api_id, stage = map(unquote, found.groups())
        # Not there: the same error as for a look at it.
        missing = api_gateway._get_stage(api_id, stage)
        if missing[0] != HTTPStatus.OK:
            return missing
        scope = (api_gateway.get_account_id(), api_gateway.get_region(), api_id)
        cache = api_gateway._authorizer_cache
        for key in [each for each in cache if (each[:3], each[4]) == (scope, stage)]:
            del cache[key]
        return HTTPStatus.NO_CONTENT.value, {}, b""

    api_gateway.handle_request = handle_or_reset


def _ask_only_with_permission(api_gateway: Any) -> None:
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
