"""Lambda functions, who may call them, and how their asynchronous events are treated."""

from __future__ import annotations

import base64
import hashlib
import secrets
from pathlib import Path
from typing import Any

import pulumi

from local.emulator.bytecode import with_bytecode
from local.emulator.clients import REGION, Clients
from local.engine.registry import Created, Inputs, as_int, creates, for_boto3, updates, without_none


@creates("aws:lambda/function:Function")
def create_function(client: Clients, name: str, inputs: Inputs) -> Created:
    created = client("lambda").create_function(
        FunctionName=name,
        Code={"ZipFile": with_bytecode(_zip_of(inputs["code"]))},
        Architectures=inputs.get("architectures", ["x86_64"]),
        Tags=inputs.get("tags", {}),
        **_configuration(inputs),
    )
    _reserve(client, name, inputs)
    arn = created["FunctionArn"]
    invoke_arn = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"
    return name, {"arn": arn, "invokeArn": invoke_arn, "version": "$LATEST"}


@updates("aws:lambda/function:Function")
def update_function(client: Clients, name: str, inputs: Inputs) -> bool:
    functions = client("lambda")
    try:
        found = functions.get_function_configuration(FunctionName=name)
    except functions.exceptions.ResourceNotFoundException:
        return False
    code = with_bytecode(_zip_of(inputs["code"]))
    if found["CodeSha256"] != base64.b64encode(hashlib.sha256(code).digest()).decode():
        functions.update_function_code(FunctionName=name, ZipFile=code)
    declared = _configuration(inputs)
    if any(found.get(setting) != value for setting, value in declared.items()):
        functions.update_function_configuration(FunctionName=name, **declared)
    _reserve(client, name, inputs)
    return True


def _configuration(inputs: Inputs) -> dict[str, Any]:
    return {
        **for_boto3(inputs, "role", "runtime", "handler", "timeout", "memorySize", "description"),
        "Environment": {"Variables": inputs.get("environment", {}).get("variables", {})},
        "TracingConfig": {"Mode": inputs.get("tracingConfig", {}).get("mode", "PassThrough")},
        "LoggingConfig": for_boto3(inputs.get("loggingConfig", {}), "logFormat", "logGroup"),
        **without_none(KMSKeyArn=inputs.get("kmsKeyArn")),
    }


def _reserve(client: Clients, name: str, inputs: Inputs) -> None:
    reserved = as_int(inputs.get("reservedConcurrentExecutions"))
    # For the provider, -1 means "not reserved".
    if reserved is not None and reserved >= 0:
        client("lambda").put_function_concurrency(
            FunctionName=name, ReservedConcurrentExecutions=reserved
        )
    else:
        client("lambda").delete_function_concurrency(FunctionName=name)


def _zip_of(code: object) -> bytes:
    if not isinstance(code, pulumi.FileArchive) or not Path(code.path).is_file():
        raise TypeError(f"a function's code must be a FileArchive of a zip file, got {code!r}")
    return Path(code.path).read_bytes()


@creates("aws:lambda/permission:Permission")
def create_permission(client: Clients, name: str, inputs: Inputs) -> Created:
    # The logical name may hold what a statement id may not, such as a route's slashes.
    statement = inputs.get("statementId") or f"local-{secrets.token_hex(8)}"
    client("lambda").add_permission(
        FunctionName=inputs["function"],
        StatementId=statement,
        **for_boto3(inputs, "action", "principal", "sourceArn"),
    )
    return statement, {"statementId": statement}


@creates("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", also_updates=True)
def create_event_invoke_config(client: Clients, name: str, inputs: Inputs) -> Created:
    if "onSuccess" in inputs.get("destinationConfig", {}):
        raise NotImplementedError("the emulator never delivers to an on-success destination")
    client("lambda").put_function_event_invoke_config(
        **for_boto3(
            inputs,
            *("functionName", "maximumRetryAttempts", "maximumEventAgeInSeconds"),
            "destinationConfig",
        )
    )
    return str(inputs["functionName"]), {}
