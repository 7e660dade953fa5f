"""Which refusals of Secrets Manager and SSM a retry within minutes can help.

Codes:
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
"""

from __future__ import annotations

IS_PERMANENT: dict[str, bool] = {
    # The ARN is none that the store can read; it stands in the settings.
    "InvalidParameterException": True,
    "ValidationException": True,
    # What is missing can be made; a secret that is scheduled for deletion can be restored.
    "ResourceNotFoundException": False,
    "ParameterNotFound": False,
    "ParameterVersionNotFound": False,
    "InvalidRequestException": False,
    # A key can be enabled and a right given, without a deployment of ours; both take a while.
    "DecryptionFailure": False,
    "InvalidKeyId": False,
    "AccessDeniedException": False,
    # The store's own trouble.
    "InternalServiceError": False,
    "InternalServerError": False,
    "ThrottlingException": False,
    "ServiceUnavailable": False,
}
"""Every error that the two document for reading a secret, and the common ones worth naming."""


def is_permanent(code: str) -> bool:
    """Return whether to give up at once. An unknown code is retried: two attempts more cost less
    than an event that waits for a person without need."""
    return IS_PERMANENT.get(code, False)
