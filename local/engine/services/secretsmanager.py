"""Secrets and their values.

What needs a new resource is in
https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/secretsmanager
(ForceNew).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, ClassVar

from local.engine.boto3_arguments import as_int, change_tags, for_boto3, tag_list, tags_of
from local.engine.resource_types import Created, Inputs, Outputs, ResourceType, resource

_DEFAULT_RECOVERY_DAYS = 30


@resource("aws:secretsmanager/secret:Secret", replaces=("type",))
class Secret(ResourceType):
    """A secret without a value; its id is its ARN."""

    unique_by_name = True
    service = "secretsmanager"
    longest_name = 512

    def create(self, inputs: Inputs) -> Created:
        arn = self.api.create_secret(
            Name=inputs["name"], Tags=tag_list(tags_of(inputs)), **self.declared(inputs)
        )["ARN"]
        return Created(arn, {"arn": arn})

    def finish(self, id_: str, inputs: Inputs) -> None:
        if inputs.get("policy"):
            self.api.put_resource_policy(SecretId=id_, ResourcePolicy=inputs["policy"])

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        found = dict(self.api.describe_secret(SecretId=id_))
        return {} if found.get("DeletedDate") else found

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return for_boto3(inputs, "description", "kmsKeyId")

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {"arn": id_}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        self.api.update_secret(SecretId=id_, **{"Description": "", **self.declared(inputs)})
        if inputs.get("policy"):
            self.finish(id_, inputs)
        elif old.get("policy"):
            self.api.delete_resource_policy(SecretId=id_)
        change_tags(old, inputs, self.api.untag_resource, self.api.tag_resource, SecretId=id_)

    def delete(self, id_: str, inputs: Inputs) -> None:
        days = as_int(inputs.get("recoveryWindowInDays", _DEFAULT_RECOVERY_DAYS))
        wait = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
        if self.find(id_, inputs):
            self.api.delete_secret(SecretId=id_, **wait)


@resource(
    "aws:secretsmanager/secretVersion:SecretVersion",
    replaces=("secretId", "secretString", "secretBinary", "secretStringWoVersion"),
)
class SecretVersion(ResourceType):
    """A value of a secret; its id is the secret's and its own."""

    service = "secretsmanager"
    renamed: ClassVar = {"VersionStages": "versionStages"}

    def create(self, inputs: Inputs) -> Created:
        made = self.api.put_secret_value(
            SecretId=inputs["secretId"], **self._value(inputs), **for_boto3(inputs, "versionStages")
        )
        id_ = f"{inputs['secretId']}|{made['VersionId']}"
        return Created(id_, self.outputs(id_, made))

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        return dict(self.api.get_secret_value(**self._names(id_)))

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return {**self._value(inputs), **for_boto3(inputs, "versionStages")}

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {"arn": found["ARN"], "versionId": self._names(id_)["VersionId"]}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        names = self._names(id_)
        before = set(self.find(id_, inputs).get("VersionStages") or [])
        for stage in sorted(set(inputs.get("versionStages") or []) - before):
            self.api.update_secret_version_stage(
                SecretId=names["SecretId"], VersionStage=stage, MoveToVersionId=names["VersionId"]
            )

    def delete(self, id_: str, inputs: Inputs) -> None:
        """Do nothing: as on AWS, a value is deleted with its secret, or replaced by the next
        one."""

    @staticmethod
    def _value(inputs: Inputs) -> dict[str, Any]:
        if inputs.get("secretBinary") is not None:
            return {"SecretBinary": base64.b64decode(inputs["secretBinary"])}
        return {"SecretString": inputs.get("secretString") or inputs.get("secretStringWo") or ""}

    @staticmethod
    def _names(id_: str) -> dict[str, str]:
        secret, _, version = id_.rpartition("|")
        return {"SecretId": secret, "VersionId": version}
