"""IAM statements and the policies made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import pulumi

from pulumi_serverless.blocks.argument_checks import Matches, Size
from pulumi_serverless.blocks.aws_limits import Budget
from pulumi_serverless.blocks.json_text import json_text

MAX_STATEMENT_ENTRIES = 1_000
"""More would not fit into a policy in any case."""

Statement = dict[str, Any]

Actions = Annotated[
    Sequence[
        Annotated[
            pulumi.Input[str],
            Matches(r"[a-z0-9-]+:[A-Za-z0-9*?]+", "an action such as sqs:SendMessage"),
        ]
    ],
    Size(1, MAX_STATEMENT_ENTRIES),
]
"""What a permission is for. "*" alone is none that a function should have."""

Resource = Annotated[pulumi.Input[str], Matches(r"\*|arn:\S+", "an ARN, or *")]
Resources = Annotated[Sequence[Resource], Size(1, MAX_STATEMENT_ENTRIES)]
"""What it is for."""

Condition = Mapping[str, Mapping[str, Any]]
"""Operators, each with the keys that it compares: {"StringEquals": {"aws:SourceAccount": "1"}}."""


def statement(
    actions: Sequence[pulumi.Input[str]],
    *,
    resources: Sequence[pulumi.Input[str]] = (),
    not_resources: Sequence[str] = (),
    effect: Literal["Allow", "Deny"] = "Allow",
    principal: str | Mapping[str, pulumi.Input[str]] | None = None,
    condition: Mapping[str, Any] | None = None,
    sid: str | None = None,
) -> Statement:
    """Return one statement of a policy, without empty parts."""
    parts = {
        "Sid": sid,
        "Effect": effect,
        "Principal": principal,
        "Action": list(actions),
        "Resource": list(resources),
        "NotResource": list(not_resources),
        "Condition": condition,
    }
    return {key: value for key, value in parts.items() if value}


def deny_plain_http(action: str, resource: pulumi.Input[str]) -> Statement:
    """Return the statement of a resource's policy that refuses requests without TLS."""
    return statement(
        [action],
        effect="Deny",
        principal="*",
        resources=[resource],
        condition={"Bool": {"aws:SecureTransport": "false"}},
        sid="DenyPlainHttp",
    )


def policy(*statements: Statement, within: Budget | None = None) -> pulumi.Input[str]:
    """Return a policy document, for a role, a queue or a key.

    Raises ValueError if it does not fit `within` what other policies left.
    """
    document = {"Version": "2012-10-17", "Statement": statements}
    return json_text(document, known=None if within is None else within.take)


def note_purpose(purpose: str, of: str, noted: set[str]) -> None:
    """Raise ValueError if `of` has a permission for this purpose, which is its policy's name."""
    if purpose in noted:
        raise ValueError(
            f"each permission of {of} must have a purpose of its own, got {purpose!r} twice; give "
            "it once, or use two names for two permissions"
        )
    noted.add(purpose)


def assume_role_policy(
    service: str, *, condition: Mapping[str, Any] | None = None
) -> pulumi.Input[str]:
    """Return the policy that lets an AWS service, e.g. "lambda", assume a role."""
    return policy(
        statement(
            ["sts:AssumeRole"],
            principal={"Service": f"{service}.amazonaws.com"},
            condition=condition,
        )
    )
