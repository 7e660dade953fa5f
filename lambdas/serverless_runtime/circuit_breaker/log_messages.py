"""The log messages of circuit breakers."""

OPENED = "circuit breaker opened"
CLOSED = "circuit breaker closed"
FELL_BACK = "call failed: fallback used"
