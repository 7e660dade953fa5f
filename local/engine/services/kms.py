"""KMS keys and their aliases.

What needs a new resource is in
https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/kms (ForceNew).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from local.emulator.clients import ACCOUNT_ID, REGION
from local.engine.boto3_arguments import as_int, change_tags, for_boto3, tags_of, without_none
from local.engine.resource_types import Created, Inputs, Outputs, ResourceType, resource

_DEFAULT_SPEC = "SYMMETRIC_DEFAULT"
_DEFAULT_USAGE = "ENCRYPT_DECRYPT"
_POLICY = "default"


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in tags.items()]


@resource(
    "aws:kms/key:Key",
    replaces=(
        *("customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "xksKeyId"),
    ),
)
class Key(ResourceType):
    """A key; its id is AWS's."""

    defaults: ClassVar = {
        "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "keyUsage": "ENCRYPT_DECRYPT",
        "multiRegion": False,
    }
    service = "kms"
    renamed: ClassVar = {"Enabled": "isEnabled", "Rotation": "enableKeyRotation"}

    def create(self, inputs: Inputs) -> Created:
        key = self.api.create_key(
            KeySpec=inputs.get("customerMasterKeySpec") or _DEFAULT_SPEC,
            KeyUsage=inputs.get("keyUsage") or _DEFAULT_USAGE,
            Tags=_tags(tags_of(inputs)),
            **for_boto3(inputs, "policy", "description", "multiRegion"),
        )["KeyMetadata"]
        return Created(key["KeyId"], self.outputs(key["KeyId"], key))

    def finish(self, id_: str, inputs: Inputs) -> None:
        if inputs.get("enableKeyRotation"):
            self._rotate(id_, inputs)
        if inputs.get("isEnabled") is False:
            self.api.disable_key(KeyId=id_)

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        found = dict(self.api.describe_key(KeyId=id_)["KeyMetadata"])
        if found["KeyState"] == "PendingDeletion":
            return {}
        policy = self.api.get_key_policy(KeyId=id_, PolicyName=_POLICY)["Policy"]
        rotation = self.api.get_key_rotation_status(KeyId=id_)["KeyRotationEnabled"]
        return {**found, "Policy": policy, "Rotation": rotation}

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return {
            "Enabled": inputs.get("isEnabled", True),
            "Rotation": bool(inputs.get("enableKeyRotation")),
            **for_boto3(inputs, "policy", "description"),
        }

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {"keyId": id_, "arn": found["Arn"]}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        # A key that is not enabled cannot be changed.
        self.api.enable_key(KeyId=id_)
        self._rotate(id_, inputs)
        self.api.update_key_description(KeyId=id_, Description=inputs.get("description") or "")
        if inputs.get("policy"):
            self.api.put_key_policy(KeyId=id_, PolicyName=_POLICY, Policy=inputs["policy"])
        change_tags(
            old, inputs, self.api.untag_resource, self.api.tag_resource, as_tags=_tags, KeyId=id_
        )
        if inputs.get("isEnabled") is False:
            self.api.disable_key(KeyId=id_)

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.schedule_key_deletion(
            KeyId=id_,
            **without_none(PendingWindowInDays=as_int(inputs.get("deletionWindowInDays"))),
        )

    def _rotate(self, id_: str, inputs: Inputs) -> None:
        if inputs.get("enableKeyRotation"):
            days = as_int(inputs.get("rotationPeriodInDays"))
            self.api.enable_key_rotation(KeyId=id_, **without_none(RotationPeriodInDays=days))
        else:
            self.api.disable_key_rotation(KeyId=id_)


@resource("aws:kms/alias:Alias")
class Alias(ResourceType):
    """An alias of a key; its id is its name."""

    service = "kms"
    longest_name = 256

    def create(self, inputs: Inputs) -> Created:
        name = inputs["name"]
        self.api.create_alias(AliasName=name, TargetKeyId=inputs["targetKeyId"])
        return Created(name, self.outputs(name, {}))

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        aliases = self.api.list_aliases()["Aliases"]
        return next((dict(alias) for alias in aliases if alias["AliasName"] == id_), {})

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        # A program may name the key by its ARN; the emulator lists its id.
        return {"TargetKeyId": str(inputs["targetKeyId"]).rpartition("/")[2]}

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {"arn": f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:{id_}"}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        self.api.update_alias(AliasName=id_, TargetKeyId=inputs["targetKeyId"])

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.delete_alias(AliasName=id_)
