"""IAM policies, and their attachment to roles.

What needs a new resource is in
https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/iam (ForceNew).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from local.engine.boto3_arguments import change_tags, for_boto3, tag_list, tags_of
from local.engine.resource_types import Created, Inputs, Outputs, ResourceType, resource
from local.engine.role_policies import role_policy_for_emulator


@resource("aws:iam/rolePolicy:RolePolicy", replaces=("role",))
class RolePolicy(ResourceType):
    """A policy of one role; its id is the role's name and its own."""

    service = "iam"
    longest_name = 128
    renamed: ClassVar = {"PolicyDocument": "policy"}

    def id_of(self, inputs: Inputs) -> str:
        return f"{inputs['role']}:{inputs['name']}"

    def create(self, inputs: Inputs) -> Created:
        id_ = self.id_of(inputs)
        self.update(id_, {}, inputs)
        return Created(id_, {})

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        return dict(self.api.get_role_policy(**self._names(id_)))

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return {"PolicyDocument": role_policy_for_emulator(inputs["policy"])}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        self.api.put_role_policy(**self._names(id_), **self.declared(inputs))

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.delete_role_policy(**self._names(id_))

    @staticmethod
    def _names(id_: str) -> dict[str, str]:
        role, _, policy = id_.partition(":")
        return {"RoleName": role, "PolicyName": policy}


@resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", replaces=("role", "policyArn"))
class RolePolicyAttachment(ResourceType):
    """A managed policy that a role has; its id is the role's name and the policy's ARN."""

    service = "iam"

    def create(self, inputs: Inputs) -> Created:
        self.api.attach_role_policy(**self._names(inputs))
        return Created("/".join(self._names(inputs).values()), {})

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        names = self._names(inputs)
        attached = self.api.list_attached_role_policies(RoleName=names["RoleName"])
        return next(
            (
                dict(policy)
                for policy in attached["AttachedPolicies"]
                if policy["PolicyArn"] == names["PolicyArn"]
            ),
            {},
        )

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.detach_role_policy(**self._names(inputs))

    @staticmethod
    def _names(inputs: Inputs) -> dict[str, str]:
        return {"RoleName": inputs["role"], "PolicyArn": inputs["policyArn"]}


@resource("aws:iam/policy:Policy", replaces=("description", "path"))
class Policy(ResourceType):
    """A managed policy; its id is its ARN."""

    service = "iam"
    longest_name = 128
    renamed: ClassVar = {"PolicyDocument": "policy"}

    def create(self, inputs: Inputs) -> Created:
        policy = self.api.create_policy(
            PolicyName=inputs["name"],
            Tags=tag_list(tags_of(inputs)),
            **for_boto3(inputs, "description", "path"),
            **self.declared(inputs),
        )["Policy"]
        return Created(policy["Arn"], self.outputs(policy["Arn"], policy))

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        policy = self.api.get_policy(PolicyArn=id_)["Policy"]
        version = self.api.get_policy_version(PolicyArn=id_, VersionId=policy["DefaultVersionId"])[
            "PolicyVersion"
        ]
        return {**policy, "PolicyDocument": version["Document"]}

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return {"PolicyDocument": role_policy_for_emulator(inputs["policy"])}

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {"arn": id_, "policyId": found["PolicyId"]}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        # A policy has five versions at most.
        self._prune(id_)
        self.api.create_policy_version(PolicyArn=id_, SetAsDefault=True, **self.declared(inputs))
        change_tags(old, inputs, self.api.untag_policy, self.api.tag_policy, PolicyArn=id_)

    def delete(self, id_: str, inputs: Inputs) -> None:
        self._prune(id_)
        self.api.delete_policy(PolicyArn=id_)

    def _prune(self, arn: str) -> None:
        for version in self.api.list_policy_versions(PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                self.api.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
