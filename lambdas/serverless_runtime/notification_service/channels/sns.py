"""Publishing through Amazon SNS, to a number, a phone or a topic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serverless_runtime.notification_service.channels.aws_calls import call_aws
from serverless_runtime.notification_service.channels.sns_error_codes import IS_PERMANENT


def publish(client: Any, attributes: Mapping[str, str], **request: Any) -> str:
    """Publish and return SNS's message id. Raises ChannelError and its kinds.

    `attributes` are message attributes, all of them text; `request` is everything else.
    """
    response = call_aws(
        "SNS",
        IS_PERMANENT,
        client.publish,
        MessageAttributes={
            name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
        },
        **request,
    )
    return str(response["MessageId"])
