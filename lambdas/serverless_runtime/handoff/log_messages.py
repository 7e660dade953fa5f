"""The log messages of handoffs that Logs Insights queries and `serverless_ops trace` search for."""

HANDED_OFF = "handed off"
HANDOFF_FAILED = "handoff failed"
HANDOFF_REJECTED = "handoff rejected"
NEVER_ACCEPTED = "never accepted, dead-lettered"
NOT_DEAD_LETTERED = "never accepted, not dead-lettered"
OUTBOX_ROW_NOT_DELETED = "outbox row not deleted"
OUTBOX_ROW_NOT_CLAIMED = "outbox row not claimed"
