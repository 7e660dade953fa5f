"""KMS keys and their aliases."""

from __future__ import annotations

from local.emulator.clients import Clients
from local.engine.registry import Created, Inputs, creates


@creates("aws:kms/key:Key")
def create_key(client: Clients, name: str, inputs: Inputs) -> Created:
    kms = client("kms")
    key = kms.create_key(Description=inputs.get("description", ""), Policy=inputs["policy"])
    key_id = key["KeyMetadata"]["KeyId"]
    if inputs.get("enableKeyRotation"):
        kms.enable_key_rotation(KeyId=key_id)
    return key_id, {"keyId": key_id, "arn": key["KeyMetadata"]["Arn"]}


@creates("aws:kms/alias:Alias")
def create_alias(client: Clients, name: str, inputs: Inputs) -> Created:
    client("kms").create_alias(AliasName=inputs["name"], TargetKeyId=inputs["targetKeyId"])
    return inputs["name"], {}
