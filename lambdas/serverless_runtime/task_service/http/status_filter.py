"""The query parameter `status` of a list."""

from __future__ import annotations

from collections.abc import Mapping

from serverless_runtime.contracts.task import STATUSES, Status
from serverless_runtime.web.http.problem import invalid_parameter


def status_filter(query: Mapping[str, str]) -> Status | None:
    """Return the status to list, or None for all. Raises Problem 400."""
    if "status" not in query:
        return None
    for status in STATUSES:
        if query["status"] == status:
            return status
    raise invalid_parameter("query", "status", f"must be one of {', '.join(STATUSES)}, given once")
