"""KMS keys and their aliases."""

from __future__ import annotations

from local.clients import Clients
from local.resources.maker import Inputs, Made, Maker


def _key(client: Clients, name: str, inputs: Inputs) -> Made:
    kms = client("kms")
    key = kms.create_key(Description=inputs.get("description", ""), Policy=inputs["policy"])
    key_id = key["KeyMetadata"]["KeyId"]
    if inputs.get("enableKeyRotation"):
        kms.enable_key_rotation(KeyId=key_id)
    return key_id, {"keyId": key_id, "arn": key["KeyMetadata"]["Arn"]}


def _alias(client: Clients, name: str, inputs: Inputs) -> Made:
    client("kms").create_alias(AliasName=inputs["name"], TargetKeyId=inputs["targetKeyId"])
    return inputs["name"], {}


MAKERS: dict[str, Maker] = {
    "aws:kms/key:Key": _key,
    "aws:kms/alias:Alias": _alias,
}
