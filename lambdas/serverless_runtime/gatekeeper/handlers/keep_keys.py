"""The service that keeps the keys: an internal API with `issue`, `list` and `revoke`."""

from __future__ import annotations

import functools

from serverless_runtime.gatekeeper.key_rows import KeyRows
from serverless_runtime.gatekeeper.keys_service import KeysService
from serverless_runtime.gatekeeper.settings import KeysSettings
from serverless_runtime.service_calls.entry import service_entry
from serverless_runtime.shared import aws
from serverless_runtime.shared.environment import read_settings


@functools.cache
def _keys() -> KeysService:
    settings = read_settings(KeysSettings)
    return KeysService(
        KeyRows(aws.client("dynamodb"), settings.table_name),
        rights=settings.rights.split(","),
        key_prefix=settings.key_prefix,
        decision_holds_seconds=int(settings.decision_holds_seconds),
    )


handle = service_entry(
    {
        "issue": lambda call: _keys().issue(call),
        "list": lambda call: _keys().list(call),
        "revoke": lambda call: _keys().revoke(call),
    }
)
