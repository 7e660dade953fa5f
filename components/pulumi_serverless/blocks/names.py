"""Physical names that more than one resource has to agree on."""

from __future__ import annotations

import pulumi


def stack_name() -> str:
    """Return `<project>-<stack>`, which tells the stack from every other one of the account."""
    return f"{pulumi.get_project()}-{pulumi.get_stack()}"


def function_log_group(function: str) -> str:
    """Name the log group of a function of this stack; "*" stands for all of them."""
    return f"/aws/lambda/{stack_name()}-{function}"


def api_log_group(log: str) -> str:
    """Name the log group that API Gateway writes to; "*" stands for all of this stack.

    Under this prefix AWS keeps one resource policy for all log groups; others fill up its 5120
    characters. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
    """
    return f"/aws/vendedlogs/{stack_name()}-{log}"
