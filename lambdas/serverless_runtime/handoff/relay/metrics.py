"""The relay's metrics, in the namespace of `handoff/metrics.py`: for the code that emits them, and
for alarms, dashboards and tools."""

OLDEST_AGE = "OutboxOldestAge"
BACKLOG = "OutboxBacklog"
RELAY_HANDED_OFF = "RelayHandedOff"
RELAY_FAILED = "RelayFailed"
DEAD_LETTERS = "DeadLetters"
