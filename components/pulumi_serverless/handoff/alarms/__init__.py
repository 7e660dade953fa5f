"""The alarms of a handoff. Why each is as it is: docs/decisions/0009-alarms.md."""
