"""Rules about queues."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from serverless_policy.resource import UNKNOWN, Resource, as_list, of_type, statements
from serverless_policy.rule import Finding, Rule

QUEUE = "aws:sqs/queue:Queue"


def _unencrypted(resources: Sequence[Resource]) -> Iterator[Finding]:
    for queue in of_type(resources, QUEUE):
        if not queue.get("sqsManagedSseEnabled") and not queue.get("kmsMasterKeyId"):
            yield Finding(queue, "is not declared as encrypted at rest")


def _plain_http(resources: Sequence[Resource]) -> Iterator[Finding]:
    policies = list(of_type(resources, "aws:sqs/queuePolicy:QueuePolicy"))
    for queue in of_type(resources, QUEUE):
        documents = [queue.get("policy")]
        documents += [policy.get("policy") for policy in policies if policy.uses("queueUrl", queue)]
        if not any(denies_http(document, "sqs:*") for document in documents):
            yield Finding(queue, "accepts plain HTTP")


def denies_http(document: Any, action: str) -> bool:
    """Whether the policy of a queue or a topic denies the action, in lower case, without TLS."""
    # Not known yet is no finding: the deployment is checked again with what it knows.
    return document is UNKNOWN or any(
        statement.get("Effect") == "Deny"
        and statement.get("Principal") in ("*", {"AWS": "*"})
        and action in [each.lower() for each in as_list(statement.get("Action"))]
        and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        for statement in statements(document)
    )


UNENCRYPTED = Rule(
    id="queue-is-encrypted",
    rejects="queues without explicit encryption",
    remediation="Set sqs_managed_sse_enabled=True or kms_master_key_id; DeadLetterQueue sets one.",
    sees="resource",
    check=_unencrypted,
)
PLAIN_HTTP = Rule(
    id="queue-rejects-plain-http",
    rejects="queues that accept plain HTTP",
    remediation="Give it a queue policy that denies sqs:* to everyone where aws:SecureTransport is "
    "false; pulumi_serverless.DeadLetterQueue has one.",
    sees="stack",
    check=_plain_http,
)
