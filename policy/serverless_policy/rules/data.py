"""Rules about what holds data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from serverless_policy.resource import UNKNOWN, Resource, of_type
from serverless_policy.rule import Finding, Rule


def _unprotected(resources: Sequence[Resource]) -> Iterator[Finding]:
    for table in of_type(resources, "aws:dynamodb/table:Table"):
        if not table.protect:
            yield Finding(table, "Pulumi would delete the table (no protect)")
        if table.get("deletionProtectionEnabled") not in (True, UNKNOWN):
            yield Finding(table, "AWS would delete the table (no deletion protection)")
        if table.get("pointInTimeRecovery", "enabled") not in (True, UNKNOWN):
            yield Finding(table, "the table cannot be restored (no point-in-time recovery)")


DATA = Rule(
    id="data-is-protected",
    rejects="tables that can be deleted or cannot be restored",
    remediation="Leave protect_data at True, or set the stack's protectData to true. A stack whose "
    "data may "
    "be lost is exempted in policy/<stack>.json.",
    sees="resource",
    check=_unprotected,
)
