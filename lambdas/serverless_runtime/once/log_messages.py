"""The log messages of work under leases."""

DUPLICATE_SKIPPED = "already done: duplicate skipped"
SUPERSEDED = "a newer replay has taken over: skipped"
RELEASED = "failed: released for a retry"
GIVEN_UP = "given up: outcome unknown"
