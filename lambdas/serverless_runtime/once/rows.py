"""What all rows of a table of leases have in common, those that a service adds included."""

RETENTION_SECONDS = 21 * 86_400
"""A replay is recognised for as long as there can be one: 14 days in the dead-letter queue, 6 hours
in Lambda's own queue, and a margin."""
