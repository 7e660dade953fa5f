"""Partners of the library, their keys, and the API as they see it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import uuid4

import httpx

from local.testing import Deployed

OK, CREATED, UNAUTHORIZED, FORBIDDEN = 200, 201, 401, 403


class Key(NamedTuple):
    """A partner's key."""

    partner: str
    key_id: str
    text: str


def desk(program: Deployed, do: str, partner: str, **fields: Any) -> Any:
    return program.invoke("partner-desk", {"do": do, "partner": partner, **fields})


def issue(program: Deployed, *rights: str, partner: str | None = None) -> Key:
    name = partner or f"partner-{uuid4().hex[:12]}"
    done = desk(program, "issue", name, rights=list(rights))["done"]
    return Key(name, done["key_id"], done["key"])


def call(
    api: httpx.Client,
    key: Key | str | None,
    method: str = "GET",
    path: str = "/loans",
    headers: Mapping[str, str] | None = None,
) -> httpx.Response:
    sent = dict(headers or {})
    if key is not None:
        sent["Authorization"] = f"Bearer {key.text if isinstance(key, Key) else key}"
    body = {"bookId": "B-1811"} if method == "POST" else None
    return api.request(method, path, headers=sent, json=body)


def decisions(program: Deployed) -> int:
    """How often the gatekeeper has decided: what was cached is not among them."""
    return sum("Decisions" in each for each in program.log_records("partners-authorizer"))


def revoke(program: Deployed, key: Key) -> dict[str, str]:
    done: dict[str, str] = desk(program, "revoke", key.partner, keyId=key.key_id)["done"]
    return done


def authorizers(program: Deployed) -> list[dict[str, Any]]:
    client = program.client("apigatewayv2")
    [api] = client.get_apis()["Items"]
    found = client.get_authorizers(ApiId=api["ApiId"])["Items"]
    return [{"ApiId": api["ApiId"], **each} for each in found]


@contextmanager
def authorizer_with(program: Deployed, **settings: Any) -> Iterator[None]:
    """The API's authorizer with other settings."""
    client, [found] = program.client("apigatewayv2"), authorizers(program)
    this = {name: found[name] for name in ("ApiId", "AuthorizerId")}
    client.update_authorizer(**this, **settings)
    try:
        yield
    finally:
        client.update_authorizer(**this, **{name: found[name] for name in settings})


@contextmanager
def keys_out_of_reach(program: Deployed) -> Iterator[None]:
    """The gatekeeper cannot read its table."""
    client, function = program.client("iam"), program.function_names()["partners-authorizer"]
    found = program.client("lambda").get_function_configuration(FunctionName=function)
    role = found["Role"].rpartition("/")[2]
    names = client.list_role_policies(RoleName=role)["PolicyNames"]
    [name] = [each for each in names if "find-keys" in each]
    this = {"RoleName": role, "PolicyName": name}
    document = client.get_role_policy(**this)["PolicyDocument"]
    client.delete_role_policy(**this)
    try:
        yield
    finally:
        client.put_role_policy(**this, PolicyDocument=json.dumps(document))
