"""The queue that messages came from, to which they are sent again as they were.

SQS has a redrive of its own, which can neither filter messages nor limit their number, and reports
no outcome per message.
"""

from __future__ import annotations

import functools
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.destination import RejectedEventError, classified

_FIFO = ".fifo"
_THIS_EVENT_ONLY = frozenset(
    {"InvalidMessageContents", "InvalidParameterValue", "MissingParameter", "BatchRequestTooLong"}
)
_UNKNOWN = (
    "is unknown: neither the stack, the message nor the queue names the queue it came from; "
    "pass --source-queue URL"
)


class QueueDestination:
    """Implements Destination; `source_url` is None if each message names its queue.

    `group` is that of messages which have none of their own.
    """

    def __init__(
        self, sqs: Any, dead_letter_url: str, source_url: str | None, group: str | None = None
    ) -> None:
        self._group = group
        self._sqs = sqs
        self._dead_letter_url = dead_letter_url
        self._source_url = source_url
        self.description = f"target {source_url or 'the queue each message came from'}"
        self._url_of = functools.cache(self._find_url)

    def skip_reason(self, dead_letter: DeadLetter) -> str | None:
        """None: it is not known who else could take it."""
        return None

    def send(self, dead_letter: DeadLetter) -> None:
        """Send body, attributes and message group again. Raises NotAcceptedError."""
        source_arn = dead_letter.record.source_arn if dead_letter.record else None
        try:
            url = self._source_url or self._url_of(source_arn)
            self._sqs.send_message(QueueUrl=url, **_arguments(dead_letter, url, self._group))
        except (ClientError, BotoCoreError) as error:
            raise classified(error, _THIS_EVENT_ONLY) from error

    def _find_url(self, source_arn: str | None) -> str:
        if source_arn:
            return queue_url(self._sqs, source_arn)
        listed = self._sqs.list_dead_letter_source_queues(QueueUrl=self._dead_letter_url)
        match listed.get("queueUrls", []):
            case [url]:
                return str(url)
            case _:
                raise RejectedEventError(_UNKNOWN)


def queue_url(sqs: Any, arn: str) -> str:
    """Return the URL of a queue. Raises what boto3 raises."""
    *_, account, name = arn.split(":")
    found = sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)
    return str(found["QueueUrl"])


def _arguments(dead_letter: DeadLetter, url: str, group: str | None) -> dict[str, Any]:
    system = dead_letter.system_attributes
    arguments: dict[str, Any] = {
        "MessageBody": dead_letter.body,
        "MessageAttributes": dict(dead_letter.attributes),
    }
    if group := system.get("MessageGroupId", group):
        arguments["MessageGroupId"] = group
    if url.endswith(_FIFO):
        # Not the one it had: within five minutes SQS would accept the message and drop it. The same
        # in a second run: a message that was sent, but not deleted, is not sent twice.
        arguments["MessageDeduplicationId"] = f"replay-{dead_letter.message_id}"
    if trace := system.get("AWSTraceHeader"):
        header = {"DataType": "String", "StringValue": trace}
        arguments["MessageSystemAttributes"] = {"AWSTraceHeader": header}
    return arguments
