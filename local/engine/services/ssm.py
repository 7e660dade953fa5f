"""Systems Manager parameters.

What needs a new parameter is in
https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/ssm/parameter.go
(ForceNew).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from local.engine.boto3_arguments import change_tags, for_boto3
from local.engine.resource_types import Created, Inputs, Outputs, ResourceType, resource


@resource("aws:ssm/parameter:Parameter", replaces=("dataType",))
class Parameter(ResourceType):
    """A parameter; its id is its name."""

    unique_by_name = True
    defaults: ClassVar = {"dataType": "text"}
    service = "ssm"
    longest_name = 2_048
    renamed: ClassVar = {"Value": "value"}

    def replacing(self, old: Inputs, new: Inputs) -> Collection[str]:
        tiers = old.get("tier"), new.get("tier")
        return ("tier",) if tiers == ("Advanced", "Standard") else ()

    def create(self, inputs: Inputs) -> Created:
        name = inputs["name"]
        self._put(name, inputs, overwrite=bool(inputs.get("overwrite")))
        return Created(name, self.outputs(name, self.find(name, inputs)))

    def finish(self, id_: str, inputs: Inputs) -> None:
        self._tag(id_, {}, inputs)

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        return dict(self.api.get_parameter(Name=id_, WithDecryption=True)["Parameter"])

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return {"Type": inputs["type"], "Value": _value(inputs)}

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {"arn": found["ARN"], "version": found["Version"]}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        self._put(id_, inputs, overwrite=True)
        self._tag(id_, old, inputs)

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.delete_parameter(Name=id_)

    def _put(self, name: str, inputs: Inputs, *, overwrite: bool) -> None:
        settings = ("description", "keyId", "tier", "allowedPattern", "dataType")
        self.api.put_parameter(
            Name=name, Overwrite=overwrite, **self.declared(inputs), **for_boto3(inputs, *settings)
        )

    def _tag(self, name: str, old: Inputs, inputs: Inputs) -> None:
        change_tags(
            old,
            inputs,
            self.api.remove_tags_from_resource,
            self.api.add_tags_to_resource,
            ResourceType="Parameter",
            ResourceId=name,
        )


def _value(inputs: Inputs) -> str:
    names = ("value", "insecureValue", "valueWo")
    return next((str(inputs[name]) for name in names if inputs.get(name) is not None), "")
