"""Secrets of Secrets Manager and SSM, read at run time and kept for minutes.

No error and no log line holds a secret's value.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.errors import call_errors, service_errors
from serverless_runtime.shared.aws.signing import CredentialsError

log = logging.getLogger(__name__)

T = TypeVar("T")

LIFETIME_SECONDS = 300
"""How long a value is used without reading it again."""

MAX_AGE_SECONDS = 900
"""How long it is used when reading fails: an outage of minutes does no harm, and a secret that was
deleted is no longer used after a quarter of an hour."""

ERROR_CODES: dict[str, bool] = {
    # The store cannot read this ARN; it comes from the settings.
    "InvalidParameterException": True,
    "ValidationException": True,
    # A missing secret can be created; one that is scheduled for deletion can be restored.
    "ResourceNotFoundException": False,
    "ParameterNotFound": False,
    "ParameterVersionNotFound": False,
    "InvalidRequestException": False,
    # A key can be enabled and a permission granted without a deployment; both take a while.
    "DecryptionFailure": False,
    "InvalidKeyId": False,
    "AccessDeniedException": False,
    # The store's own failure.
    "InternalServiceError": False,
    "InternalServerError": False,
    "ThrottlingException": False,
    "ServiceUnavailable": False,
}
"""What Secrets Manager and SSM document for reading a secret, and common codes: whether the failure
is permanent. Any other code is retried: two more attempts cost less than an event that waits for a
person unnecessarily.
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
"""


class MalformedSecretError(ValueError):
    """The value is not what its reader can use. The message must not quote it."""


class UnreadableSecretError(Exception):
    """There is no usable value; the message names the secret and the reason."""

    def __init__(self, text: str, *, permanent: bool) -> None:
        """`permanent` if only a deployment can fix it."""
        super().__init__(text)
        self.permanent = permanent


class Secret(Generic[T]):
    """One secret, as `parse` makes it of the stored text."""

    def __init__(
        self,
        arn: str,
        parse: Callable[[str], T],
        client: Any = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`arn` is a Secrets Manager secret's or an SSM SecureString's; `parse` raises
        MalformedSecretError."""
        self._arn = arn
        self._parse = parse
        self._fetch = _from_ssm if arn.split(":")[2] == "ssm" else _from_secrets_manager
        self._client = client or aws.client(arn.split(":")[2])
        self._clock = clock
        self._kept: tuple[float, T] | None = None

    def read(self) -> T:
        """Return the value, at most 5 minutes old, or 15 if no newer one can be read.

        Raises UnreadableSecretError.
        """
        now = self._clock()
        if self._kept is not None and now - self._kept[0] < LIFETIME_SECONDS:
            return self._kept[1]
        try:
            value = self._newest()
        except UnreadableSecretError as error:
            if self._kept is None or now - self._kept[0] >= MAX_AGE_SECONDS:
                raise
            log.warning("secret not refreshed, older value used", extra={"reason": str(error)})
            return self._kept[1]
        self._kept = (now, value)
        return value

    def _newest(self) -> T:
        try:
            return self._parse(self._fetch(self._client, self._arn))
        except MalformedSecretError as error:
            # Fixed where the secret is stored, without a deployment.
            raise UnreadableSecretError(
                f"secret {self._arn} {error}; correct its value", permanent=False
            ) from None
        except service_errors() as error:
            code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
            raise UnreadableSecretError(
                f"secret {self._arn} could not be read: {code}: {message}",
                permanent=ERROR_CODES.get(code, False),
            ) from error
        except _unreachable() as error:
            raise UnreadableSecretError(
                f"secret {self._arn} could not be read ({type(error).__name__})", permanent=False
            ) from error


def _unreachable() -> tuple[type[Exception], ...]:
    return CredentialsError, *call_errors()


def _from_secrets_manager(client: Any, arn: str) -> str:
    response = client.get_secret_value(SecretId=arn)
    if "SecretString" not in response:
        raise MalformedSecretError("must be text, got binary")
    return str(response["SecretString"])


def _from_ssm(client: Any, arn: str) -> str:
    parameter = client.get_parameter(Name=arn, WithDecryption=True)["Parameter"]
    if parameter["Type"] != "SecureString":
        raise MalformedSecretError(f"must be a SecureString, got a {parameter['Type']}")
    return str(parameter["Value"])
