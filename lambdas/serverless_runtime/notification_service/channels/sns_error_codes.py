"""The error codes of Amazon SNS, and which of them no retry within minutes can help.

Codes: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

from __future__ import annotations

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
"""Every error that SNS documents for Publish."""
