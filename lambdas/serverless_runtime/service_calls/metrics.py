"""The metric of callers, for the code that emits it and for alarms and dashboards."""

NAMESPACE = "ServiceCalls"

REASON = "Reason"
"""Dimension: why a call had no answer, e.g. "timed-out"."""

UNANSWERED = "Unanswered"
"""Calls that ended without an answer, after the retry if there was one; refusals are answers."""

REASONS = ("timed-out", "throttled", "unreachable", "fault", "wrong-version", "too-large")
"""The values of REASON that a running program emits; a wrong deployment adds "not-callable"."""
