"""Which refusals of Amazon SNS a retry within minutes can help.

Codes: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

from __future__ import annotations

IS_PERMANENT: dict[str, bool] = {
    # This message, as it is: a number that is none, or has opted out; a target that is none.
    "InvalidParameter": True,
    "ParameterValueInvalid": True,
    "ValidationException": True,
    # The push service has told SNS that the phone's token is dead; only the app brings a new one.
    "EndpointDisabled": True,
    # With the credentials of the app renewed, everything that waits can be sent.
    "PlatformApplicationDisabled": False,
    # What is missing can be made.
    "NotFound": False,
    # A right that was granted a moment ago is not known everywhere.
    "AuthorizationError": False,
    # The clock or the session is off; the next instance has its own.
    "InvalidSecurity": False,
    # The key that an encrypted topic uses: switched on, granted or named again, it works.
    "KMSAccessDenied": False,
    "KMSDisabled": False,
    "KMSInvalidState": False,
    "KMSNotFound": False,
    "KMSOptInRequired": False,
    "KMSThrottling": False,
    # A server error, which counts as an unknown outcome before anybody looks here.
    "InternalError": False,
}
"""Every error that SNS documents for Publish."""
