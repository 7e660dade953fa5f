"""For who issues keys: `api_keys("partner-keys").issue("acme", ["read"], deadline=…)`."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from serverless_runtime.gatekeeper.untold import kind_of
from serverless_runtime.service_calls.client import Deadline, Service, service
from serverless_runtime.shared.arguments import require_text
from serverless_runtime.shared.frozen import field, frozen

__all__ = ["ApiKeys", "Deadline", "IssuedKey", "KnownKey", "RevokedKey", "api_keys"]


@frozen
class KnownKey:
    """What can be known of a key once it has been issued. Times are RFC 3339 text."""

    key_id: str
    """Names it."""

    tenant: str
    """Whose it is."""

    rights: Sequence[str]
    """What it is for."""

    issued_at: str
    """When it was made."""

    expires_at: str | None
    """Until when it is valid; None if it does not expire."""

    revoked_at: str | None
    """Since when it is not valid any more; None if it is."""


@frozen
class IssuedKey(KnownKey):
    """A new key."""

    key: str = field(in_repr=False)
    """The key itself, for its owner. Nobody can find it out again."""


@frozen
class RevokedKey(KnownKey):
    """A key that has been revoked."""

    let_in_until: str
    """Until when a decision from before may still let it in; none does afterwards."""


class ApiKeys:
    """The keys of one gatekeeper. The function's environment must contain that of the service.

    Its methods raise a ServiceCallError as `Service.call` does: RefusedError with the code
    "invalid-request" or "unknown-key" for what cannot be done.
    """

    def __init__(self, name: str, *, client: Any = None) -> None:
        """`name` is the internal API's in the program; `client` a small one for Lambda. Raises
        MissingSettingsError."""
        require_text("name", name)
        self._service = service(name) if client is None else Service(name, client=client)

    def issue(
        self,
        tenant: str,
        rights: Sequence[str],
        *,
        deadline: Deadline,
        expires_in_days: int | None = None,
        correlation_id: str | None = None,
    ) -> IssuedKey:
        """Return a new key for a tenant, which expires in 1 to 3650 days, or never.

        If it ends without an answer, there may be a key that nobody has: list them, and revoke it.
        """
        require_text("tenant", tenant)
        _require_texts("rights", rights)
        # Not isinstance: True is an int.
        if expires_in_days is not None and type(expires_in_days) is not int:
            raise ValueError(
                f"expires_in_days must be a whole number or None, got {kind_of(expires_in_days)}"
            )
        payload = {"tenant": tenant, "rights": [*rights], "expiresInDays": expires_in_days}
        answer = self._service.call(
            "issue", payload, deadline=deadline, correlation_id=correlation_id
        )
        return IssuedKey(key=answer["key"], **_known(answer))

    def of_tenant(
        self, tenant: str, *, deadline: Deadline, correlation_id: str | None = None
    ) -> list[KnownKey]:
        """Return the tenant's keys, oldest first, also the revoked ones; one that was issued within
        the last second may be missing."""
        require_text("tenant", tenant)
        answer = self._service.call(
            "list", {"tenant": tenant}, deadline=deadline, correlation_id=correlation_id
        )
        return [KnownKey(**_known(each)) for each in answer["keys"]]

    def revoke(
        self, tenant: str, key_id: str, *, deadline: Deadline, correlation_id: str | None = None
    ) -> RevokedKey:
        """Revoke a key of a tenant, and say when the last request with it may be let in.

        API Gateway's ResetAuthorizersCache, called after this and again 10 seconds later, ends that
        at once. `key_id` is the middle part of the key.
        """
        require_text("tenant", tenant)
        require_text("key_id", key_id)
        answer = self._service.call(
            "revoke",
            {"tenant": tenant, "keyId": key_id},
            deadline=deadline,
            correlation_id=correlation_id,
        )
        return RevokedKey(let_in_until=answer["letInUntil"], **_known(answer))


def api_keys(name: str) -> ApiKeys:
    """Return this instance's client of the keys of that name in the program.

    Raises MissingSettingsError.
    """
    require_text("name", name)
    return _of_this_instance(name)


@functools.cache
def _of_this_instance(name: str) -> ApiKeys:
    return ApiKeys(name)


def _require_texts(what: str, values: object) -> None:
    """Raise ValueError unless this is a list of texts. What it is instead may be a key."""
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise ValueError(f"{what} must be a list, got {kind_of(values)}")
    for number, each in enumerate(values):
        require_text(f"{what}[{number}]", each)


def _known(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "key_id": answer["keyId"],
        "tenant": answer["tenant"],
        "rights": tuple(answer["rights"]),
        "issued_at": answer["issuedAt"],
        "expires_at": answer["expiresAt"],
        "revoked_at": answer["revokedAt"],
    }
