"""What a route of an HTTP API does: it calls a function, or sends to a queue by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.argument_checks import Size
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.encrypted_queue import EncryptedQueue
from pulumi_serverless.blocks.encryption_key import USER_ACTIONS, EncryptionKey
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.service_role import ServiceRole, ServiceRoleArgs

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
MAX_ATTRIBUTES = 10
_ATTRIBUTE = re.compile(r"(?!aws\.|amazon\.)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*", re.IGNORECASE)
_MAX_ATTRIBUTE_NAME = 256

SENDING_METHODS = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, kw_only=True)
class SendToQueue(Arguments):
    """The route puts each request's body into the queue, without a function: 202, or what SQS
    responds, such as 400 for an empty body or one over 256 KB."""

    queue: EncryptedQueue
    """Standard queue for the bodies, which must be text."""

    attributes: Annotated[Mapping[str, str], Size(0, MAX_ATTRIBUTES)] = field(default_factory=dict)
    """Message attributes, at most 10: texts with `${request.header.name}` or `${context.name}`.

    API Gateway pastes what a header contains into the attributes' JSON as it is: a caller can
    close the text and write other attributes after it. Of two with one name the last counts, so
    those without a header in them come last, whatever the order here.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if getattr(self.queue, "fifo", False):
            raise ValueError(
                f"queue must be a standard queue, got {self.queue.logical_name}, which is FIFO: "
                "callers have no message group"
            )
        for name in self.attributes:
            if not _ATTRIBUTE.fullmatch(name) or len(name) > _MAX_ATTRIBUTE_NAME:
                raise ValueError(
                    "an attribute's name must be 1 to 256 letters, digits, - and _, with single "
                    f"dots inside, and no aws. before it, got {name!r}"
                )

    @property
    def attributes_json(self) -> str:
        """The attributes as the integration takes them."""
        ordered = sorted(self.attributes.items(), key=lambda each: "${request." not in each[1])
        return json.dumps(
            {name: {"DataType": "String", "StringValue": value} for name, value in ordered}
        )


Target = PythonFunction | SendToQueue


def require_method(route_key: str, target: Target) -> None:
    """ValueError for a route that sends what has no body, or preflights, to a queue."""
    method = route_key.partition(" ")[0]
    if isinstance(target, SendToQueue) and method not in SENDING_METHODS:
        raise ValueError(
            f"a route that sends to a queue must have one of the methods "
            f"{', '.join(SENDING_METHODS)}, got {route_key!r}"
        )


class FunctionIntegrations:
    """One integration per function, which all of its routes share."""

    def __init__(self, api_name: str, api: aws.apigatewayv2.Api, opts: pulumi.ResourceOptions):
        self._name, self._api, self._opts = api_name, api, opts
        self._made: dict[PythonFunction, aws.apigatewayv2.Integration] = {}

    def integrate(self, route: str, target: PythonFunction) -> aws.apigatewayv2.Integration:
        """Return the integration of a route; `route` is its name."""
        if target not in self._made:
            self._made[target] = aws.apigatewayv2.Integration(
                f"{self._name}-calls-{target.logical_name}",
                api_id=self._api.id,
                integration_type="AWS_PROXY",
                integration_uri=target.arn,
                payload_format_version="2.0",
                opts=self._opts,
            )
        return self._made[target]


class QueueIntegrations:
    """One integration per route, and one role per queue.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
    """

    def __init__(
        self,
        api_name: str,
        api: aws.apigatewayv2.Api,
        key: EncryptionKey | None,
        parent: pulumi.Resource,
    ):
        self._name, self._api, self._key, self._parent = api_name, api, key, parent
        self._roles: dict[EncryptedQueue, tuple[ServiceRole, list[pulumi.Resource]]] = {}

    def integrate(self, route: str, target: SendToQueue) -> aws.apigatewayv2.Integration:
        """Return the integration of a route; `route` is its name."""
        role, permissions = self._role(target.queue)
        parameters: dict[str, pulumi.Input[str]] = {
            "QueueUrl": target.queue.url,
            "MessageBody": "$request.body",
        }
        if target.attributes:
            parameters["MessageAttributes"] = target.attributes_json
        return aws.apigatewayv2.Integration(
            f"{self._name}-{route}-sends-to-{target.queue.logical_name}",
            api_id=self._api.id,
            integration_type="AWS_PROXY",
            integration_subtype="SQS-SendMessage",
            payload_format_version="1.0",
            credentials_arn=role.arn,
            request_parameters=parameters,
            response_parameters=[
                {"status_code": "200", "mappings": {"overwrite:statuscode": "202"}}
            ],
            # A request that came before the permission would be refused.
            opts=pulumi.ResourceOptions(parent=self._parent, depends_on=permissions),
        )

    def _role(self, queue: EncryptedQueue) -> tuple[ServiceRole, list[pulumi.Resource]]:
        if queue not in self._roles:
            child = pulumi.ResourceOptions(parent=self._parent)
            role = ServiceRole(
                f"{self._name}-to-{queue.logical_name}",
                ServiceRoleArgs(service="apigateway"),
                opts=child,
            )
            permissions: list[pulumi.Resource] = [
                role.allow("send", actions=["sqs:SendMessage"], resources=[queue.arn])
            ]
            if self._key is not None:
                use_key = role.allow(
                    "use-key",
                    actions=USER_ACTIONS,
                    resources=[self._key.arn],
                    condition=self._key.through_services,
                )
                permissions.append(use_key)
            self._roles[queue] = (role, permissions)
        return self._roles[queue]
