"""The service's metrics, for the code that emits them and for alarms and dashboards."""

NAMESPACE = "NotificationService"

CHANNEL = "Channel"
"""Dimension: the name of a channel."""

DELIVERED = "Delivered"
DUPLICATE = "Duplicate"
"""Skipped, because it had been delivered before."""

DEAD_LETTERED = "DeadLettered"
"""By this service; what Lambda drops after its last retry is Lambda's AsyncEventsDropped."""

REPLAYED = "Replayed"
"""Delivered after a replay; also counted as delivered."""
