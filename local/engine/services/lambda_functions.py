"""Lambda functions.

What needs a new function is in
https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/lambda/function.go
(ForceNew).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar

from local.emulator.bytecode import with_bytecode
from local.emulator.clients import REGION
from local.engine.assets import Asset, content_hash, is_as_known, zip_of
from local.engine.boto3_arguments import as_int, change_tags, for_boto3, tags_of, without_none
from local.engine.drift import ExactMapping
from local.engine.resource_types import Created, Inputs, Outputs, ResourceType, resource

_LATEST = "$LATEST"
# The provider's defaults.
_DEFAULT_MEMORY_MB = 128
_DEFAULT_TIMEOUT_SECONDS = 3


def _deployed_zip(code: Asset) -> bytes:
    return with_bytecode(zip_of(code))


# Cached by content hash: compiling a program's archives takes seconds.
_deployed_hashes: dict[str, str] = {}


def _deployed_hash(code: Asset) -> str | None:
    """The hash of an archive as it is deployed; None if its files have changed."""
    content = content_hash(code)
    if content not in _deployed_hashes:
        if not is_as_known(code):
            return None
        digest = hashlib.sha256(_deployed_zip(code)).digest()
        _deployed_hashes[content] = base64.b64encode(digest).decode()
    return _deployed_hashes[content]


def code_of(inputs: Inputs) -> dict[str, Any]:
    if inputs.get("imageUri"):
        raise NotImplementedError("the emulator runs functions from archives, not from images")
    if inputs.get("code") is None:
        return for_boto3(inputs, "s3Bucket", "s3Key", "s3ObjectVersion")
    return {"ZipFile": _deployed_zip(inputs["code"])}


def _configuration(inputs: Inputs) -> dict[str, Any]:
    environment = dict((inputs.get("environment") or {}).get("variables") or {})
    return {
        "Timeout": _DEFAULT_TIMEOUT_SECONDS,
        "MemorySize": _DEFAULT_MEMORY_MB,
        "Description": "",
        **for_boto3(inputs, "role", "runtime", "handler", "timeout", "memorySize", "description"),
        **for_boto3(inputs, "layers", "deadLetterConfig", "ephemeralStorage"),
        "Environment": ExactMapping(Variables=ExactMapping(environment)),
        "TracingConfig": {"Mode": (inputs.get("tracingConfig") or {}).get("mode", "PassThrough")},
        "LoggingConfig": for_boto3(inputs.get("loggingConfig") or {}),
        **without_none(KMSKeyArn=inputs.get("kmsKeyArn")),
    }


@resource("aws:lambda/function:Function", replaces=("packageType", "tenancyConfig"))
class Function(ResourceType):
    """A function; its id is its name."""

    unique_by_name = True
    defaults: ClassVar = {"packageType": "Zip"}
    service = "lambda"
    longest_name = 64
    renamed: ClassVar = {
        "CodeSha256": "code",
        "KMSKeyArn": "kmsKeyArn",
        "ReservedConcurrentExecutions": "reservedConcurrentExecutions",
    }

    def create(self, inputs: Inputs) -> Created:
        name = inputs["name"]
        made = self.api.create_function(
            FunctionName=name,
            Code=code_of(inputs),
            Architectures=inputs.get("architectures") or ["x86_64"],
            Publish=bool(inputs.get("publish")),
            Tags=tags_of(inputs),
            **_configuration(inputs),
        )
        return Created(name, self.outputs(name, made))

    def finish(self, id_: str, inputs: Inputs) -> None:
        self._reserve(id_, inputs)

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        found = self.api.get_function_configuration(FunctionName=id_)
        reserved = self.api.get_function_concurrency(FunctionName=id_)
        limit = reserved.get("ReservedConcurrentExecutions", -1)
        return {
            **found,
            "Version": self._newest_version(id_) if inputs.get("publish") else _LATEST,
            "ReservedConcurrentExecutions": limit,
            "Layers": [layer["Arn"] for layer in found.get("Layers", [])],
        }

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        code = inputs.get("code")
        deployed = _deployed_hash(code) if code is not None else None
        reserved = as_int(inputs.get("reservedConcurrentExecutions"))
        return {
            **_configuration(inputs),
            **without_none(CodeSha256=deployed),
            "ReservedConcurrentExecutions": -1 if reserved is None else reserved,
        }

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        arn = found["FunctionArn"].removesuffix(f":{_LATEST}")
        version = found["Version"]
        return {
            "arn": arn,
            "invokeArn": invoke_arn(arn),
            "qualifiedArn": f"{arn}:{version}",
            "qualifiedInvokeArn": invoke_arn(f"{arn}:{version}"),
            "version": version,
        }

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        found, declared = self.find(id_, inputs), self.declared(inputs)
        if found["CodeSha256"] != declared.get("CodeSha256"):
            self.api.update_function_code(FunctionName=id_, **code_of(inputs))
        emptied: dict[str, Any] = {"KMSKeyArn": "", "Layers": [], "DeadLetterConfig": {}}
        removed = _configuration(old).keys() - _configuration(inputs).keys()
        self.api.update_function_configuration(
            FunctionName=id_,
            **{name: value for name, value in emptied.items() if name in removed},
            **_configuration(inputs),
        )
        self._reserve(id_, inputs)
        change_tags(
            old,
            inputs,
            self.api.untag_resource,
            self.api.tag_resource,
            as_tags=dict,
            Resource=found["FunctionArn"],
        )
        if inputs.get("publish"):
            self.api.publish_version(FunctionName=id_)

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.delete_function(FunctionName=id_)

    def _newest_version(self, name: str) -> str:
        versions = self.api.list_versions_by_function(FunctionName=name)["Versions"]
        numbered = [int(each["Version"]) for each in versions if each["Version"] != _LATEST]
        return str(max(numbered)) if numbered else _LATEST

    def _reserve(self, name: str, inputs: Inputs) -> None:
        reserved = as_int(inputs.get("reservedConcurrentExecutions"))
        # For the provider, -1 means "not reserved".
        if reserved is not None and reserved >= 0:
            self.api.put_function_concurrency(
                FunctionName=name, ReservedConcurrentExecutions=reserved
            )
        else:
            self.api.delete_function_concurrency(FunctionName=name)


def invoke_arn(arn: str) -> str:
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"
