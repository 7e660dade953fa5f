"""Publishing through Amazon SNS, to a number, a phone or a topic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serverless_runtime.notification_service.channels.aws_calls import call_aws

IS_PERMANENT: dict[str, bool] = {
    # This message: an invalid number, or one that has opted out; an invalid target.
    "InvalidParameter": True,
    "ParameterValueInvalid": True,
    "ValidationException": True,
    # The push service has reported the phone's token as invalid; only the app can register another.
    "EndpointDisabled": True,
    # Once the credentials of the app are renewed, messages can be sent.
    "PlatformApplicationDisabled": False,
    # What is missing can be created.
    "NotFound": False,
    # A new permission takes some time to take effect.
    "AuthorizationError": False,
    # A wrong clock or session of this instance; the next has its own.
    "InvalidSecurity": False,
    # The key of an encrypted topic: it can be enabled, granted or replaced.
    "KMSAccessDenied": False,
    "KMSDisabled": False,
    "KMSInvalidState": False,
    "KMSNotFound": False,
    "KMSOptInRequired": False,
    "KMSThrottling": False,
    # A server error, which is an unknown outcome whatever its code.
    "InternalError": False,
}
"""Every error that SNS documents for Publish, and whether no retry within minutes can help.
https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""


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
