"""The functions of the AWS provider that a program can call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


_LOOKUPS: dict[str, _Lookup] = {
    "aws:index/getRegion:getRegion": _region,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller,
    "aws:index/getPartition:getPartition": _partition,
}


def lookup(token: str, args: Mapping[str, Any]) -> dict[str, Any] | None:
    """The result of the function; None if it is not here."""
    found = _LOOKUPS.get(token)
    return None if found is None else found(args)
