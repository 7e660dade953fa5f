"""Physical names that several resources share."""

from __future__ import annotations

import pulumi


def stack_name() -> str:
    """Return `<project>-<stack>`, the prefix of names that are unique in an account."""
    return f"{pulumi.get_project()}-{pulumi.get_stack()}"


def component_name(name: str) -> str:
    """Return the name of a component that is unique in an account, as its metrics need it."""
    return f"{stack_name()}-{name}"


def function_log_group(function: str) -> str:
    """Return the name of a function's log group; "*" matches those of the whole stack."""
    return f"/aws/lambda/{stack_name()}-{function}"


def api_log_group(log: str) -> str:
    """Return the name of an API's log group; "*" matches those of the whole stack.

    Under this prefix AWS keeps one resource policy for all log groups; others fill up its 5120
    characters. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
    """
    return f"/aws/vendedlogs/{stack_name()}-{log}"
