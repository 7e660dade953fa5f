"""Log groups, and Logs Insights queries.

What needs a new resource is in
https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/logs (ForceNew).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from local.emulator.clients import ACCOUNT_ID, REGION
from local.engine.boto3_arguments import as_int, change_tags, tags_of, without_none
from local.engine.resource_types import Created, Inputs, Outputs, ResourceType, resource


@resource("aws:cloudwatch/logGroup:LogGroup", replaces=("logGroupClass",))
class LogGroup(ResourceType):
    """A log group; its id is its name."""

    unique_by_name = True
    defaults: ClassVar = {"logGroupClass": "STANDARD"}
    service = "logs"
    longest_name = 512

    def create(self, inputs: Inputs) -> Created:
        name = inputs["name"]
        self.api.create_log_group(
            logGroupName=name,
            tags=tags_of(inputs),
            **without_none(kmsKeyId=inputs.get("kmsKeyId")),
        )
        return Created(name, self.outputs(name, {}))

    def finish(self, id_: str, inputs: Inputs) -> None:
        self._retain(id_, {}, inputs)

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        found = self.api.describe_log_groups(logGroupNamePrefix=id_)["logGroups"]
        return next((dict(group) for group in found if group["logGroupName"] == id_), {})

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return {"retentionInDays": as_int(inputs.get("retentionInDays")) or None}

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {"arn": f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:{id_}"}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        self._retain(id_, old, inputs)
        if key := inputs.get("kmsKeyId"):
            self.api.associate_kms_key(logGroupName=id_, kmsKeyId=key)
        elif old.get("kmsKeyId"):
            self.api.disassociate_kms_key(logGroupName=id_)
        # Only this service's argument names begin with a lower-case letter.
        change_tags(
            old,
            inputs,
            lambda **given: self.api.untag_log_group(logGroupName=id_, tags=given["TagKeys"]),
            lambda **given: self.api.tag_log_group(logGroupName=id_, tags=given["Tags"]),
            as_tags=dict,
        )

    def delete(self, id_: str, inputs: Inputs) -> None:
        if not inputs.get("skipDestroy"):
            self.api.delete_log_group(logGroupName=id_)

    def _retain(self, name: str, old: Inputs, inputs: Inputs) -> None:
        days = as_int(inputs.get("retentionInDays"))
        if days:
            self.api.put_retention_policy(logGroupName=name, retentionInDays=days)
        elif old:
            self.api.delete_retention_policy(logGroupName=name)


@resource("aws:cloudwatch/queryDefinition:QueryDefinition")
class QueryDefinition(ResourceType):
    """A Logs Insights query; AWS generates its id."""

    service = "logs"
    updates_name = frozenset({"name"})
    renamed: ClassVar = {"name": "name"}

    def create(self, inputs: Inputs) -> Created:
        id_ = self.api.put_query_definition(**self.declared(inputs))["queryDefinitionId"]
        return Created(id_, self.outputs(id_, {}))

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        found = self.api.describe_query_definitions()["queryDefinitions"]
        return next((dict(query) for query in found if query["queryDefinitionId"] == id_), {})

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return {
            "name": inputs["name"],
            "queryString": inputs["queryString"],
            "logGroupNames": list(inputs.get("logGroupNames") or []),
        }

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {"queryDefinitionId": id_}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        self.api.put_query_definition(queryDefinitionId=id_, **self.declared(inputs))

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.delete_query_definition(queryDefinitionId=id_)
