"""Layers and aliases of Lambda functions.

What needs a new resource is in
https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/lambda (ForceNew).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.engine.assets import zip_of
from local.engine.boto3_arguments import for_boto3
from local.engine.resource_types import Created, Inputs, Outputs, ResourceType, resource
from local.engine.services.lambda_functions import code_of, invoke_arn


@resource(
    "aws:lambda/layerVersion:LayerVersion",
    replaces=(
        *("layerName", "code", "s3Bucket", "s3Key", "s3ObjectVersion", "compatibleRuntimes"),
        *("compatibleArchitectures", "description", "licenseInfo", "sourceCodeHash"),
    ),
)
class LayerVersion(ResourceType):
    """A version of a layer; its id is its ARN."""

    service = "lambda"

    def create(self, inputs: Inputs) -> Created:
        settings = ("compatibleRuntimes", "compatibleArchitectures", "description", "licenseInfo")
        code = inputs.get("code")
        made = self.api.publish_layer_version(
            LayerName=inputs["layerName"],
            # Unchanged: a layer's content is not compiled for one runtime.
            Content={"ZipFile": zip_of(code)} if code is not None else code_of(inputs),
            **for_boto3(inputs, *settings),
        )
        return Created(made["LayerVersionArn"], self.outputs(made["LayerVersionArn"], made))

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        return dict(self.api.get_layer_version(**self._names(id_)))

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        layer, _, version = id_.rpartition(":")
        return {"arn": id_, "layerArn": layer, "version": version}

    def delete(self, id_: str, inputs: Inputs) -> None:
        if not inputs.get("skipDestroy"):
            self.api.delete_layer_version(**self._names(id_))

    @staticmethod
    def _names(id_: str) -> dict[str, Any]:
        layer, _, version = id_.rpartition(":")
        return {"LayerName": layer.rpartition(":")[2], "VersionNumber": int(version)}


@resource("aws:lambda/alias:Alias", replaces=("functionName",))
class Alias(ResourceType):
    """An alias of a function's version; its id is its ARN."""

    service = "lambda"

    def create(self, inputs: Inputs) -> Created:
        arn = self.api.create_alias(
            FunctionName=inputs["functionName"], Name=inputs["name"], **self.declared(inputs)
        )["AliasArn"]
        return Created(arn, self.outputs(arn, {}))

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        return dict(
            self.api.get_alias(FunctionName=inputs["functionName"], Name=id_.rpartition(":")[2])
        )

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        weights = (inputs.get("routingConfig") or {}).get("additionalVersionWeights")
        return {
            "Description": "",
            **for_boto3(inputs, "functionVersion", "description"),
            "RoutingConfig": {"AdditionalVersionWeights": dict(weights or {})},
        }

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {"arn": id_, "invokeArn": invoke_arn(id_)}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        self.api.update_alias(
            FunctionName=inputs["functionName"],
            Name=id_.rpartition(":")[2],
            **self.declared(inputs),
        )

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.delete_alias(FunctionName=inputs["functionName"], Name=id_.rpartition(":")[2])
