"""The Lambda authorizer of an HTTP API, with simple responses."""

from __future__ import annotations

import functools
import json
from typing import Any

from serverless_runtime.gatekeeper.decision import Gatekeeper
from serverless_runtime.gatekeeper.key_rows import KeyRows
from serverless_runtime.gatekeeper.metrics import NAMESPACE
from serverless_runtime.gatekeeper.settings import AuthorizerSettings
from serverless_runtime.shared import aws, json_log
from serverless_runtime.shared.environment import read_settings
from serverless_runtime.shared.metrics import Counter


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Say whether the caller may. An error is API Gateway's 500."""
    json_log.configure(getattr(context, "aws_request_id", None))
    return _gatekeeper().decide(event)


@functools.cache
def _gatekeeper() -> Gatekeeper:
    settings = read_settings(AuthorizerSettings)
    return Gatekeeper(
        KeyRows(aws.client("dynamodb"), settings.table_name),
        rights=json.loads(settings.rights),
        key_prefix=settings.key_prefix,
        counter=Counter(NAMESPACE, settings.component),
    )
