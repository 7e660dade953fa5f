"""The service's log messages that Logs Insights queries and `serverless_ops trace` search for."""

SENT = "notification sent"
NOT_DELIVERED = "not delivered"
DEAD_LETTERED = "dead-lettered"
DUPLICATE_SKIPPED = "duplicate event skipped"
DEAD_LETTERED_SKIPPED = "dead-lettered event skipped"
UNREADABLE_EVENT = "unreadable event"
