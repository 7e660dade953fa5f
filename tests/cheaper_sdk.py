"""What Pulumi's SDK does for each resource of each program, with less work and the same results.

Half the time of the unit tests is the SDK's. A fifth of that goes into a URN that it needs without
a monitor only, a seventh into the search for unknown values in plain text.
"""

from __future__ import annotations

from types import NoneType
from typing import Any

import pulumi.runtime.resource
from pulumi.runtime import rpc
from pulumi.runtime.proto import source_pb2

SDKS_CREATE_URN = pulumi.runtime.resource.create_urn
SDKS_CONTAINS_UNKNOWNS = rpc.contains_unknowns

_PLAIN = {str, int, float, bool, NoneType}


def apply() -> None:
    """Replace the SDK's own functions in this process."""
    of_resources: Any = pulumi.runtime.resource
    of_resources.create_urn = create_urn
    # The source of each frame of the stack is recorded with each resource, for an engine to show.
    of_resources._get_stack_trace = source_pb2.StackTrace
    of_values: Any = rpc
    of_values.contains_unknowns = contains_unknowns


def create_urn(name: Any, type_: Any, parent: Any = None, *others: Any) -> pulumi.Output[str]:
    """Return the URN: of texts, by one output instead of five."""
    if isinstance(name, str) and isinstance(type_, str) and isinstance(parent, str):
        return pulumi.Output.from_input(f"{parent[: parent.rfind('::')]}${type_}::{name}")
    return SDKS_CREATE_URN(name, type_, parent, *others)


def contains_unknowns(value: Any) -> bool:
    """Whether a value is unknown or contains one that is."""
    return type(value) not in _PLAIN and SDKS_CONTAINS_UNKNOWNS(value)
