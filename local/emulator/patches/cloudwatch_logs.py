"""CloudWatch Logs: Logs Insights queries, and changing the key of a log group."""

from __future__ import annotations

import json
import uuid
from importlib import import_module
from typing import Any

from local.emulator.differences import Difference

DIFFERENCES = (
    Difference(
        aws="CloudWatch Logs stores Logs Insights queries",
        emulator="does not support PutQueryDefinition",
        workaround="local/emulator/patches/cloudwatch_logs.py stores them, but does not run them",
    ),
    Difference(
        aws="the key of a log group can be changed",
        emulator="does not support AssociateKmsKey and DisassociateKmsKey",
        workaround="local/emulator/patches/cloudwatch_logs.py stores the key; nothing is encrypted",
    ),
)


def apply() -> None:
    """Store, list and delete query definitions; change the key of a log group."""
    logs: Any = import_module("ministack.services.cloudwatch_logs")
    json_response = import_module("ministack.core.responses").json_response
    handle, stored = logs.handle_request, dict[str, dict[str, Any]]()
    groups = logs._log_groups

    async def handle_queries_too(
        method: str, path: str, headers: Any, body: Any, query_params: Any
    ) -> Any:
        operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
        given = json.loads(body) if body else {}
        match operation:
            case "PutQueryDefinition":
                query_id = given.get("queryDefinitionId") or str(uuid.uuid4())
                stored[query_id] = {**given, "queryDefinitionId": query_id}
                return json_response({"queryDefinitionId": query_id})
            case "DescribeQueryDefinitions":
                prefix = given.get("queryDefinitionNamePrefix", "")
                found = [each for each in stored.values() if each["name"].startswith(prefix)]
                return json_response({"queryDefinitions": found})
            case "DeleteQueryDefinition":
                deleted = stored.pop(given["queryDefinitionId"], None)
                return json_response({"success": deleted is not None})
            case "AssociateKmsKey" | "DisassociateKmsKey" if given["logGroupName"] in groups:
                groups[given["logGroupName"]]["kmsKeyId"] = given.get("kmsKeyId")
                return json_response({})
        return await handle(method, path, headers, body, query_params)

    logs.handle_request = handle_queries_too
