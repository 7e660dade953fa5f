"""The metrics of gatekeepers, for the code that emits them and for alarms and dashboards."""

NAMESPACE = "Gatekeeper"

DECISIONS = "Decisions"
"""Decisions, either way. What API Gateway has cached is none, nor is a request without a key."""

REFUSED = "Refused"
"""Of those, the ones against the caller."""

REASON = "Reason"
"""Dimension: why, one of REASONS."""

MALFORMED, UNKNOWN = "malformed", "unknown"
REVOKED, EXPIRED, NO_RIGHT = "revoked", "expired", "no-right"

REASONS = (MALFORMED, UNKNOWN, REVOKED, EXPIRED, NO_RIGHT)
"""The values of REASON. Malformed is no key of this API; unknown is one that was never issued, or
has a wrong secret."""
