"""The kinds of targets; a function imports its own only."""

from __future__ import annotations

from typing import Any

from serverless_runtime.handoff.settings import HandoffSettings
from serverless_runtime.handoff.target import Target


def target_of(settings: HandoffSettings, client: Any = None) -> Target:
    """Return the target that the settings name; `client` is its service's.

    Raises ValueError for one that events cannot be sent to.
    """
    # ruff: noqa: PLC0415 - a cold start imports only the kind that it has.
    arn = settings.target_arn
    service = arn.split(":")[2] if arn.count(":") > 1 else "lambda"
    if service == "lambda":
        from serverless_runtime.handoff.function_target import FunctionTarget

        return FunctionTarget(arn, client)
    if service == "sns":
        from serverless_runtime.handoff.topic_target import TopicTarget

        return TopicTarget(arn, client)
    if service == "sqs" and settings.queue_url is not None:
        from serverless_runtime.handoff.queue_target import QueueTarget

        return QueueTarget(arn, settings.queue_url, client)
    raise ValueError(
        f"target_arn must be that of a function, of a topic, or of a queue with its queue_url, "
        f"got {arn!r}"
    )
