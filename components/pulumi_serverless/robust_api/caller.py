"""What a back end is told of the caller: fields that the API says, and no client can."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated

from pulumi_serverless.blocks.api_access import ApiAuth, IamAuth, JwtAuth
from pulumi_serverless.blocks.argument_checks import Matches, Size
from pulumi_serverless.blocks.http_authorizers import LambdaAuth
from serverless_runtime.robust_api.settings import AUTHORIZER, CLAIM, USER_ARN

_NAME = r"[A-Za-z0-9_.:/-]+"

Caller = Annotated[
    Mapping[
        str,
        Annotated[
            str,
            Matches(
                rf"{re.escape(CLAIM)}{_NAME}|{re.escape(AUTHORIZER)}(?!claims\.){_NAME}|{re.escape(USER_ARN)}",
                f"{CLAIM}NAME, {AUTHORIZER}NAME or {USER_ARN}",
            ),
        ],
    ],
    Size(0, 10),
]


def caller_json(caller: Mapping[str, str]) -> dict[str, str]:
    """Return the setting of the runtime, if there is something to say."""
    return {"caller": json.dumps(dict(caller), separators=(",", ":"))} if caller else {}


def require_auth(route_key: str, caller: Mapping[str, str], auth: ApiAuth) -> None:
    """ValueError unless the API gets to know of callers what a target is to be told."""
    for name, variable in caller.items():
        needed: type[ApiAuth] = LambdaAuth
        if variable == USER_ARN:
            needed = IamAuth
        elif variable.startswith(CLAIM):
            needed = JwtAuth
        if not isinstance(auth, needed):
            raise ValueError(
                f"caller[{name!r}] of {route_key!r} must have a route with {needed.__name__}, got "
                f"{auth.kind!r}: nobody would have {variable}"
            )
