"""Secrets of Secrets Manager and SSM, read at run time and kept for minutes.

No error and no log line holds a secret's value.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from serverless_runtime.shared import aws
from serverless_runtime.shared.secret_refusals import is_permanent

log = logging.getLogger(__name__)

T = TypeVar("T")

LIFETIME_SECONDS = 300
"""How long a value is used without asking for a newer one."""

MAX_AGE_SECONDS = 900
"""How long it is used when asking fails: a store that is away for minutes stops nobody, and a
secret that was taken away is out of use after a quarter of an hour."""


class MalformedSecretError(ValueError):
    """The value is not what its reader can use. The text must not quote it."""


class UnreadableSecretError(Exception):
    """There is no usable value; the text says which secret, and why."""

    def __init__(self, text: str, *, permanent: bool) -> None:
        """`permanent` if only a deployment can mend it."""
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
        """Return the value, at most 5 minutes old, or 15 if no newer one can be had.

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
            # Mended where the secret is kept, like a sender that SES has not verified yet.
            raise UnreadableSecretError(
                f"secret {self._arn} {error}; correct its value", permanent=False
            ) from None
        except ClientError as error:
            code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
            raise UnreadableSecretError(
                f"secret {self._arn} could not be read: {code}: {message}",
                permanent=is_permanent(code),
            ) from error
        except BotoCoreError as error:
            raise UnreadableSecretError(
                f"secret {self._arn} could not be read ({type(error).__name__})", permanent=False
            ) from error


def _from_secrets_manager(client: Any, arn: str) -> str:
    answer = client.get_secret_value(SecretId=arn)
    if "SecretString" not in answer:
        raise MalformedSecretError("must hold text, got binary")
    return str(answer["SecretString"])


def _from_ssm(client: Any, arn: str) -> str:
    parameter = client.get_parameter(Name=arn, WithDecryption=True)["Parameter"]
    if parameter["Type"] != "SecureString":
        raise MalformedSecretError(f"must be a SecureString, got a {parameter['Type']}")
    return str(parameter["Value"])
