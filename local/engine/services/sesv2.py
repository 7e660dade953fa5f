"""SES identities.

What needs a new identity is in
https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/sesv2/email_identity.go
(ForceNew).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.emulator.clients import ACCOUNT_ID, REGION
from local.engine.boto3_arguments import change_tags, for_boto3, tag_list, tags_of
from local.engine.resource_types import Created, Inputs, Outputs, ResourceType, resource


@resource("aws:sesv2/emailIdentity:EmailIdentity", replaces=("emailIdentity",))
class EmailIdentity(ResourceType):
    """An email address or a domain, which is also its id."""

    service = "sesv2"

    def create(self, inputs: Inputs) -> Created:
        identity = inputs["emailIdentity"]
        self.api.create_email_identity(
            EmailIdentity=identity,
            Tags=tag_list(tags_of(inputs)),
            **for_boto3(inputs, "configurationSetName"),
        )
        return Created(identity, self.outputs(identity, {}))

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        return dict(self.api.get_email_identity(EmailIdentity=id_))

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {"arn": f"arn:aws:ses:{REGION}:{ACCOUNT_ID}:identity/{id_}"}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        if old.get("configurationSetName") != inputs.get("configurationSetName"):
            self.api.put_email_identity_configuration_set_attributes(
                EmailIdentity=id_, **for_boto3(inputs, "configurationSetName")
            )
        arn = self.outputs(id_, {})["arn"]
        change_tags(old, inputs, self.api.untag_resource, self.api.tag_resource, ResourceArn=arn)

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.delete_email_identity(EmailIdentity=id_)
