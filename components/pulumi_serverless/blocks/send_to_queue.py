"""A route that sends to a queue by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.argument_checks import Size
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.attributes_of_requests import attributes_json, require_attribute
from pulumi_serverless.blocks.encrypted_queue import EncryptedQueue
from pulumi_serverless.blocks.encryption_key import USER_ACTIONS
from pulumi_serverless.blocks.http_targets import ApiOfTargets, RouteTarget
from pulumi_serverless.blocks.routes import slug
from pulumi_serverless.blocks.service_role import ServiceRole, ServiceRoleArgs

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
MAX_ATTRIBUTES = 10

SENDING_METHODS = ("POST", "PUT", "PATCH", "DELETE")

_ID = {"overwrite:header.x-correlation-id": "$context.requestId"}
_BY_STATUS = {
    "200": {"overwrite:statuscode": "202", **_ID},
    # What SQS says of the body.
    "400": _ID,
    # The API's role may not send, or SQS throttles: no client can help it, and an alarm should.
    "403": {"overwrite:statuscode": "503", "overwrite:header.retry-after": "1", **_ID},
}
"""Of responses of SQS, in its query protocol."""


@dataclass(frozen=True, kw_only=True)
class SendToQueue(Arguments, RouteTarget):
    """The route puts each request's body into the queue, without a function: 202 with the request's
    id as `X-Correlation-Id`. It is 400 if SQS refuses the body, such as an empty one, but also if
    the queue or its key is gone; and 503 if SQS throttles, or the API may not send.

    The id is `${context.requestId}` for an attribute.
    """

    queue: EncryptedQueue
    """Standard queue for the bodies, which must be text."""

    attributes: Annotated[Mapping[str, str], Size(0, MAX_ATTRIBUTES)] = field(default_factory=dict)
    """Message attributes, at most 10: texts with `${request.header.NAME}` or `${context.NAME}`. SQS
    refuses an empty one, such as that of a header that a request does not have.

    A caller can forge attributes with a crafted header, but none that come after it: those in
    which neither a caller nor an authorizer writes come last, whatever the order here.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if getattr(self.queue, "fifo", False):
            raise ValueError(
                f"queue must be a standard queue, got {self.queue.logical_name}, which is FIFO: "
                "callers have no message group"
            )
        for name, text in self.attributes.items():
            require_attribute(name, text)

    def require_route(self, route_key: str) -> None:
        """ValueError for a route of requests that have no body, or that may be preflights."""
        method = route_key.partition(" ")[0]
        if method not in SENDING_METHODS:
            raise ValueError(
                f"a route that sends to a queue must have one of the methods "
                f"{', '.join(SENDING_METHODS)}, got {route_key!r}"
            )

    def integrate(self, api: ApiOfTargets, route_key: str) -> aws.apigatewayv2.Integration:
        """Return an integration of the route's own, with the role that all routes to the queue
        share.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
        """
        role, permissions = api.once((SendToQueue, self.queue), lambda: self._role(api))
        parameters: dict[str, pulumi.Input[str]] = {
            "QueueUrl": self.queue.url,
            "MessageBody": "$request.body",
        }
        if self.attributes:
            parameters["MessageAttributes"] = attributes_json(self.attributes)
        return aws.apigatewayv2.Integration(
            f"{api.name}-{slug(route_key)}-sends-to-{self.queue.logical_name}",
            api_id=api.id,
            integration_type="AWS_PROXY",
            integration_subtype="SQS-SendMessage",
            payload_format_version="1.0",
            credentials_arn=role.arn,
            request_parameters=parameters,
            response_parameters=[
                {"status_code": status, "mappings": mappings}
                for status, mappings in _BY_STATUS.items()
            ],
            # A request that came before the permission would be refused.
            opts=pulumi.ResourceOptions(parent=api.parent, depends_on=permissions),
        )

    def _role(self, api: ApiOfTargets) -> tuple[ServiceRole, list[pulumi.Resource]]:
        role = ServiceRole(
            f"{api.name}-to-{self.queue.logical_name}",
            ServiceRoleArgs(service="apigateway"),
            opts=api.child,
        )
        permissions: list[pulumi.Resource] = [
            role.allow("send", actions=["sqs:SendMessage"], resources=[self.queue.arn])
        ]
        if api.encryption_key is not None:
            use_key = role.allow(
                "use-key",
                actions=USER_ACTIONS,
                resources=[api.encryption_key.arn],
                condition=api.encryption_key.through_services,
            )
            permissions.append(use_key)
        return role, permissions
