"""What a rule is: a function that finds what it rejects, and the texts that go with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from serverless_policy.resource import Resource


class Finding(NamedTuple):
    """One resource that a rule rejects, and the reason."""

    resource: Resource
    what: str


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One thing that no stack may deploy."""

    id: str
    """Its name in `policy/<stack>.json`."""

    rejects: str
    """What it rejects, as a noun phrase."""

    remediation: str
    """What to do about it."""

    sees: Literal["resource", "stack"]
    """Whether `check` gets each resource alone, before it is created, or all of them together."""

    check: Callable[[Sequence[Resource]], Iterable[Finding]]

    def advice(self, finding: Finding) -> str:
        """The message of a rejected preview."""
        return f"{finding.resource.name}: {finding.what}. {self.remediation}"
