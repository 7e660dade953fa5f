"""The metrics of consumers, for the code that emits them and for alarms and dashboards.

Their only dimension is QUEUE_NAME, the physical name of the queue: a message brings it along.
"""

NAMESPACE = "QueueConsumer"

QUEUE_NAME = "QueueName"

DONE = "Done"
"""Messages whose work returned; Lambda deletes them."""

FAILED = "Failed"
"""Attempts whose work failed."""

LAST_ATTEMPT_FAILED = "LastAttemptFailed"
"""Of those, the last ones: SQS makes the message a dead letter."""

POSTPONED = "Postponed"
"""Messages that were returned untried, because time was running out; it counts as a receive."""
