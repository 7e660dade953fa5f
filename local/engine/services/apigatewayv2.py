"""HTTP APIs.

What needs a new API is in
https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/apigatewayv2
(ForceNew).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from local.emulator.clients import ACCOUNT_ID, REGION
from local.emulator.differences import Difference
from local.engine.boto3_arguments import change_tags, for_boto3, tags_of
from local.engine.resource_types import Created, Inputs, Outputs, ResourceType, resource

DIFFERENCES = (
    Difference(
        aws="an HTTP API has its own host name and a random id",
        emulator="the host <id>.execute-api.localhost is not resolved by every client",
        workaround="the URL has the API's id in its path, and the id is a hash of the API's name",
    ),
)


def stable_api_id(name: str) -> str:
    """The id of an API: the same on every deployment. The emulator needs 8 hexadecimal digits."""
    # The physical name ends in a random suffix; what precedes it is the program's own name.
    return _digits(re.sub(r"-[0-9a-f]{7}$", "", name))


def _digits(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:8]


def api_url(endpoint: str, api_id: str) -> str:
    """The URL of an API, without a trailing slash."""
    return f"{endpoint}/_aws/execute-api/{api_id}"


@resource("aws:apigatewayv2/api:Api", replaces=("protocolType",))
class Api(ResourceType):
    """An API; its id is AWS's."""

    service = "apigatewayv2"
    longest_name = 128
    updates_name = frozenset({"name"})

    def create(self, inputs: Inputs) -> Created:
        unsupported = [name for name in ("body", "target", "routeKey") if inputs.get(name)]
        if unsupported:
            raise NotImplementedError(
                f"the emulator creates no routes from an API's {unsupported[0]}; declare a Route"
            )
        made = self.api.create_api(
            ProtocolType=inputs["protocolType"],
            Tags={**tags_of(inputs), "ms-custom-id": self._free_id(inputs["name"])},
            **self.declared(inputs),
        )
        return Created(made["ApiId"], self.outputs(made["ApiId"], made))

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        return dict(self.api.get_api(ApiId=id_))

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        settings = ("name", "description", "corsConfiguration", "disableExecuteApiEndpoint")
        return {"Description": "", **for_boto3(inputs, *settings, "version")}

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {
            "apiEndpoint": api_url(self.client.endpoint, id_),
            "arn": f"arn:aws:apigateway:{REGION}::/apis/{id_}",
            "executionArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{id_}",
        }

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        removed = self.declared(old).keys() - self.declared(inputs).keys()
        emptied = {"Version": "", "DisableExecuteApiEndpoint": False}
        kept = {name: value for name, value in emptied.items() if name in removed}
        self.api.update_api(ApiId=id_, **kept, **self.declared(inputs))
        if "CorsConfiguration" in removed:
            self.api.delete_cors_configuration(ApiId=id_)
        arn = self.outputs(id_, {})["arn"]
        change_tags(
            old,
            inputs,
            self.api.untag_resource,
            self.api.tag_resource,
            as_tags=dict,
            ResourceArn=arn,
        )

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.delete_api(ApiId=id_)

    def _free_id(self, name: str) -> str:
        """Two components may each have an API of one logical name."""
        taken = {api["ApiId"] for api in self.api.get_apis()["Items"]}
        stable = stable_api_id(name)
        return _digits(name) if stable in taken else stable
