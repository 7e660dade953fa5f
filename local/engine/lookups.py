"""The functions of the AWS provider that a program can call."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from local.emulator.clients import ACCOUNT_ID, REGION

_Lookup = Callable[[Mapping[str, Any]], dict[str, Any]]


def _region(_args: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": REGION, "region": REGION, "name": REGION}


def _caller(_args: Mapping[str, Any]) -> dict[str, Any]:
    arn = f"arn:aws:iam::{ACCOUNT_ID}:root"
    return {"id": ACCOUNT_ID, "accountId": ACCOUNT_ID, "arn": arn, "userId": ACCOUNT_ID}


def _partition(_args: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": "aws",
        "partition": "aws",
        "dnsSuffix": "amazonaws.com",
        "reverseDnsPrefix": "com.amazonaws",
    }


def _policy_document(args: Mapping[str, Any]) -> dict[str, Any]:
    if args.get("overridePolicyDocuments"):
        raise NotImplementedError("getPolicyDocument without overridePolicyDocuments only")
    statements = [
        statement
        for document in args.get("sourcePolicyDocuments") or []
        for statement in _as_list(json.loads(document)["Statement"])
    ]
    statements += [_statement(statement) for statement in args.get("statements") or []]
    document = {
        "Version": args.get("version") or "2012-10-17",
        **({"Id": args["policyId"]} if args.get("policyId") else {}),
        "Statement": statements,
    }
    minified = json.dumps(document, separators=(",", ":"))
    digest = hashlib.sha256(minified.encode()).hexdigest()
    return {"id": digest, "json": json.dumps(document, indent=2), "minifiedJson": minified}


def _statement(args: Mapping[str, Any]) -> dict[str, Any]:
    written = {
        **({"Sid": args["sid"]} if args.get("sid") else {}),
        "Effect": args.get("effect") or "Allow",
        "Action": _one_or_more(args.get("actions")),
        "NotAction": _one_or_more(args.get("notActions")),
        "Resource": _one_or_more(args.get("resources")),
        "NotResource": _one_or_more(args.get("notResources")),
        "Principal": _principals(args.get("principals")),
        "NotPrincipal": _principals(args.get("notPrincipals")),
        "Condition": _conditions(args.get("conditions")),
    }
    return {key: value for key, value in written.items() if value}


def _principals(principals: Sequence[Mapping[str, Any]] | None) -> Any:
    found = [(each["type"], list(each["identifiers"])) for each in principals or []]
    if found == [("*", ["*"])]:
        return "*"
    return {kind: _one_or_more(identifiers) for kind, identifiers in found}


def _conditions(conditions: Sequence[Mapping[str, Any]] | None) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {}
    for each in conditions or []:
        found.setdefault(each["test"], {})[each["variable"]] = _one_or_more(each["values"])
    return found


def _one_or_more(values: Sequence[str] | None) -> Any:
    """A list of one element becomes that element, as the provider writes it."""
    return values[0] if values and len(values) == 1 else list(values or [])


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


_LOOKUPS: dict[str, _Lookup] = {
    "aws:index/getRegion:getRegion": _region,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller,
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
    "aws:index/getPartition:getPartition": _partition,
}


def lookup(token: str, args: Mapping[str, Any]) -> dict[str, Any] | None:
    """The result of the function; None if it is not supported."""
    found = _LOOKUPS.get(token)
    return None if found is None else found(args)
