"""What a back end is told by the API: fields of the payload that no client can write."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated

from pulumi_serverless.blocks.api_access import ApiAuth, IamAuth, JwtAuth
from pulumi_serverless.blocks.argument_checks import Matches, Size, require_known
from pulumi_serverless.blocks.http_authorizers import LambdaAuth
from pulumi_serverless.blocks.routes import variables_of
from serverless_runtime.robust_api.settings import AUTHORIZER, CLAIM, PATH, USER_ARN

_NAME = r"[A-Za-z0-9_.:/-]+"

Fields = Annotated[
    Mapping[
        str,
        Annotated[
            str,
            Matches(
                rf"{re.escape(PATH)}{_NAME}|{re.escape(CLAIM)}{_NAME}|{re.escape(AUTHORIZER)}(?!claims\.){_NAME}|{re.escape(USER_ARN)}",
                f"{PATH}NAME, {CLAIM}NAME, {AUTHORIZER}NAME or {USER_ARN}",
            ),
        ],
    ],
    Size(0, 10),
]


def fields_json(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the setting of the runtime, if there is something to say."""
    return {"fields": json.dumps(dict(fields), separators=(",", ":"))} if fields else {}


def require_known_fields(route_key: str, fields: Mapping[str, str], auth: ApiAuth) -> None:
    """ValueError unless the API gets to know on this route what a target is to be told."""
    for name, variable in fields.items():
        if variable.startswith(PATH):
            known = variables_of(route_key)
            require_known(
                f"the variable of fields[{name!r}] of {route_key!r}", variable[len(PATH) :], known
            )
            continue
        needed = _needed(variable)
        if not isinstance(auth, needed):
            raise ValueError(
                f"fields[{name!r}] of {route_key!r} must have a route with {needed.__name__}, got "
                f"{auth.kind!r}: nobody would have {variable}"
            )


def require_all_variables(route_key: str, fields: Mapping[str, str]) -> None:
    """ValueError if a target that gets the body, and nothing else, would not get a variable."""
    for name in variables_of(route_key):
        if f"{PATH}{name}" not in fields.values():
            raise ValueError(
                f"fields must say each variable of {route_key!r}, e.g. "
                f"{{{name!r}: {PATH + name!r}}}, got none for {name}: the target gets the body only"
            )


def _needed(variable: str) -> type[ApiAuth]:
    if variable == USER_ARN:
        return IamAuth
    return JwtAuth if variable.startswith(CLAIM) else LambdaAuth
