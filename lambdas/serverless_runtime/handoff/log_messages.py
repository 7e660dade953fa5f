"""The log messages of handoffs that Logs Insights queries and `ops trace` search for."""

HANDED_OFF = "handed off"
HANDOFF_FAILED = "handoff failed"
HANDOFF_REJECTED = "handoff rejected"
OUTBOX_ROW_NOT_DELETED = "outbox row not deleted"
OUTBOX_ROW_NOT_CLAIMED = "outbox row not claimed"
