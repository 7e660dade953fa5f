"""IAM roles and OpenID Connect providers.

What needs a new resource is in
https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/iam (ForceNew).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from local.emulator.differences import Difference
from local.engine.boto3_arguments import change_tags, for_boto3, tag_list, tags_of
from local.engine.resource_types import Created, Inputs, Outputs, ResourceType, resource
from local.engine.role_policies import role_policy_for_emulator

DIFFERENCES = (
    Difference(
        aws="client ids can be added to and removed from an OpenID Connect provider",
        emulator="does not support it",
        workaround="the provider is deleted and re-created under the same ARN",
    ),
)

_DEFAULT_SESSION_SECONDS = 3600


@resource("aws:iam/role:Role", replaces=("path",))
class Role(ResourceType):
    """A role; its id is its name."""

    unique_by_name = True
    defaults: ClassVar = {"path": "/"}
    service = "iam"
    longest_name = 64
    renamed: ClassVar = {"AssumeRolePolicyDocument": "assumeRolePolicy"}

    def create(self, inputs: Inputs) -> Created:
        role = self.api.create_role(
            RoleName=inputs["name"],
            Tags=tag_list(tags_of(inputs)),
            **for_boto3(inputs, "path", "permissionsBoundary"),
            **self.declared(inputs),
        )["Role"]
        return Created(inputs["name"], self.outputs(inputs["name"], role))

    def finish(self, id_: str, inputs: Inputs) -> None:
        self._attach(id_, {}, inputs)

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        return dict(self.api.get_role(RoleName=id_)["Role"])

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return {
            "Description": "",
            "MaxSessionDuration": _DEFAULT_SESSION_SECONDS,
            "AssumeRolePolicyDocument": inputs["assumeRolePolicy"],
            **for_boto3(inputs, "description", "maxSessionDuration"),
        }

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {"arn": found["Arn"], "uniqueId": found["RoleId"]}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        declared = dict(self.declared(inputs))
        trust = declared.pop("AssumeRolePolicyDocument")
        self.api.update_assume_role_policy(RoleName=id_, PolicyDocument=trust)
        self.api.update_role(RoleName=id_, **declared)
        if boundary := inputs.get("permissionsBoundary"):
            self.api.put_role_permissions_boundary(RoleName=id_, PermissionsBoundary=boundary)
        elif old.get("permissionsBoundary"):
            self.api.delete_role_permissions_boundary(RoleName=id_)
        self._attach(id_, old, inputs)
        change_tags(old, inputs, self.api.untag_role, self.api.tag_role, RoleName=id_)

    def delete(self, id_: str, inputs: Inputs) -> None:
        # As on AWS, a role that has policies of other resources cannot be deleted.
        forced = bool(inputs.get("forceDetachPolicies"))
        for policy in self.api.list_attached_role_policies(RoleName=id_)["AttachedPolicies"]:
            if forced or policy["PolicyArn"] in _managed(inputs):
                self.api.detach_role_policy(RoleName=id_, PolicyArn=policy["PolicyArn"])
        for name in self.api.list_role_policies(RoleName=id_)["PolicyNames"]:
            if forced or name in _inline(inputs):
                self.api.delete_role_policy(RoleName=id_, PolicyName=name)
        self.api.delete_role(RoleName=id_)

    def _attach(self, name: str, old: Inputs, inputs: Inputs) -> None:
        """The policies that the role itself declares."""
        before, after = _managed(old), _managed(inputs)
        for arn in sorted(before - after):
            self.api.detach_role_policy(RoleName=name, PolicyArn=arn)
        for arn in sorted(after - before):
            self.api.attach_role_policy(RoleName=name, PolicyArn=arn)
        for policy in sorted(_inline(old).keys() - _inline(inputs).keys()):
            self.api.delete_role_policy(RoleName=name, PolicyName=policy)
        for policy, document in _inline(inputs).items():
            self.api.put_role_policy(
                RoleName=name,
                PolicyName=policy,
                PolicyDocument=role_policy_for_emulator(document),
            )


def _managed(inputs: Inputs) -> set[str]:
    return set(inputs.get("managedPolicyArns") or [])


def _inline(inputs: Inputs) -> dict[str, str]:
    return {
        policy["name"]: policy["policy"]
        for policy in inputs.get("inlinePolicies") or []
        if policy.get("name")
    }


@resource("aws:iam/openIdConnectProvider:OpenIdConnectProvider", replaces=("url",))
class OpenIdConnectProvider(ResourceType):
    """An OpenID Connect provider that roles trust; its id is its ARN."""

    service = "iam"
    renamed: ClassVar = {"ClientIDList": "clientIdLists", "ThumbprintList": "thumbprintLists"}

    def create(self, inputs: Inputs) -> Created:
        arn = self.api.create_open_id_connect_provider(
            Url=inputs["url"], Tags=tag_list(tags_of(inputs)), **self.declared(inputs)
        )["OpenIDConnectProviderArn"]
        return Created(arn, {"arn": arn})

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        return dict(self.api.get_open_id_connect_provider(OpenIDConnectProviderArn=id_))

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        declared = {"ClientIDList": list(inputs["clientIdLists"])}
        if inputs.get("thumbprintLists"):
            declared["ThumbprintList"] = list(inputs["thumbprintLists"])
        return declared

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {"arn": id_}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        # Its ARN is made of its URL, so it stays.
        self.delete(id_, old)
        self.create(inputs)

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.delete_open_id_connect_provider(OpenIDConnectProviderArn=id_)
