"""S3 buckets.

What needs a new bucket is in
https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/s3/bucket.go
(ForceNew).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from local.emulator.clients import REGION
from local.engine.boto3_arguments import tag_list, tags_of
from local.engine.resource_types import Created, Inputs, Outputs, ResourceType, resource


@resource("aws:s3/bucket:Bucket", replaces=("bucketPrefix", "bucketNamespace", "objectLockEnabled"))
class Bucket(ResourceType):
    """A bucket; its id is its name."""

    unique_by_name = True
    service = "s3"
    named_by = "bucket"
    longest_name = 63
    renamed: ClassVar = {"Versioning": "versioning"}

    def create(self, inputs: Inputs) -> Created:
        name = inputs["bucket"]
        self.api.create_bucket(
            Bucket=name, ObjectLockEnabledForBucket=bool(inputs.get("objectLockEnabled"))
        )
        return Created(name, self.outputs(name, {}))

    def finish(self, id_: str, inputs: Inputs) -> None:
        self._configure(id_, {}, inputs)

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        self.api.head_bucket(Bucket=id_)
        status = self.api.get_bucket_versioning(Bucket=id_).get("Status")
        return {"Bucket": id_, "Versioning": status == "Enabled"}

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return {"Versioning": _is_versioned(inputs)}

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {
            "arn": f"arn:aws:s3:::{id_}",
            "bucketDomainName": f"{id_}.s3.amazonaws.com",
            "bucketRegionalDomainName": f"{id_}.s3.{REGION}.amazonaws.com",
        }

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        self._configure(id_, old, inputs)

    def delete(self, id_: str, inputs: Inputs) -> None:
        if inputs.get("forceDestroy"):
            self._empty(id_)
        self.api.delete_bucket(Bucket=id_)

    def _configure(self, name: str, old: Inputs, inputs: Inputs) -> None:
        if _is_versioned(inputs) or _is_versioned(old):
            status = "Enabled" if _is_versioned(inputs) else "Suspended"
            self.api.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": status})
        if inputs.get("policy"):
            self.api.put_bucket_policy(Bucket=name, Policy=inputs["policy"])
        elif old.get("policy"):
            self.api.delete_bucket_policy(Bucket=name)
        if tags := tags_of(inputs):
            self.api.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tag_list(tags)})
        elif tags_of(old):
            self.api.delete_bucket_tagging(Bucket=name)

    def _empty(self, name: str) -> None:
        for page in self.api.get_paginator("list_object_versions").paginate(Bucket=name):
            for version in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                self.api.delete_object(
                    Bucket=name, Key=version["Key"], VersionId=version["VersionId"]
                )


def _is_versioned(inputs: Inputs) -> bool:
    return bool((inputs.get("versioning") or {}).get("enabled"))
