"""IAM: only this run's deployer may do anything; plain HTTP on this machine counts as encrypted."""

from __future__ import annotations

import functools
import hmac
import os
from importlib import import_module
from typing import Any

from local.emulator.differences import Difference

DIFFERENCES = (
    Difference(
        aws="a queue policy may deny plain HTTP (aws:SecureTransport)",
        emulator="serves plain HTTP only, so the statement denies everyone, including the owner",
        workaround="a request over the loopback interface counts as encrypted",
    ),
    Difference(
        aws="a call needs a signature that was made with the secret of its access key",
        emulator='lets "test", every number of 12 digits, and an Authorization header that is no '
        "signature do anything, unchecked",
        workaround="only a key that is made for each run may do anything, and its signature is "
        "checked like any other",
    ),
)

_ACCOUNT_ID = "000000000000"

# What AWS lets its resources' owners open to callers without a key; the emulator asks the resource.
_OPEN_TO_ANYONE = ("execute-api:Invoke", "lambda:InvokeFunctionUrl")


def apply() -> None:
    """Let the deployer of this run do anything, and nobody else; count plain HTTP as encrypted."""
    evaluator: Any = import_module("ministack.core.iam_evaluator")
    pin = evaluator.pin_request_origin
    evaluator.pin_request_origin = lambda source_ip, _encrypted: pin(source_ip, True)
    _know_one_deployer(evaluator, os.environ["AWS_ACCESS_KEY_ID"])
    _require_a_key(evaluator)
    parse_policies_once(evaluator)


def _know_one_deployer(evaluator: Any, deployer: str) -> None:
    resolve_identity = evaluator.resolve_caller_identity

    def is_root_access_key(access_key: str) -> bool:
        # No key: `_require_a_key` has let the call through.
        return not access_key or hmac.compare_digest(access_key.encode(), deployer.encode())

    def resolve_caller_identity(access_key: str) -> Any:
        if access_key != deployer:
            return resolve_identity(access_key)
        return {
            "accessKey": deployer,
            "accountId": _ACCOUNT_ID,
            "userArn": f"arn:aws:iam::{_ACCOUNT_ID}:root",
            "userId": _ACCOUNT_ID,
            "principalOrgId": evaluator._principal_org_id(_ACCOUNT_ID),
            "session": None,
        }

    evaluator.is_root_access_key = is_root_access_key
    # Nobody's signature is exempt from the check.
    evaluator._is_root_key = lambda _access_key: False
    evaluator.resolve_caller_identity = resolve_caller_identity


def _require_a_key(evaluator: Any) -> None:
    enforce, check_credentials = evaluator.enforce, evaluator.check_credentials
    missing = evaluator.AuthError("MissingAuthenticationToken", "Missing Authentication Token")

    def enforce_with_key(
        access_key: str, action: str, service: str, *where: Any, **about: Any
    ) -> Any:
        is_open = access_key or action in _OPEN_TO_ANYONE
        if not is_open and not evaluator._served_unsigned(service, action):
            return missing
        return enforce(access_key, action, service, *where, **about)

    def check_credentials_with_key(access_key: str, *where: Any) -> Any:
        return check_credentials(access_key, *where) if access_key else missing

    evaluator.enforce = enforce_with_key
    evaluator.check_credentials = check_credentials_with_key


def parse_policies_once(evaluator: Any) -> None:
    """MiniStack parses every policy of a role twice in each of its calls, and changes none of what
    it parsed."""
    parse = evaluator.parse_policy_document
    parse_text = functools.lru_cache(maxsize=1_000)(parse)
    evaluator.parse_policy_document = lambda document: (
        parse_text(document) if isinstance(document, str) else parse(document)
    )
