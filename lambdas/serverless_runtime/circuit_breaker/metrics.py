"""The metric of circuit breakers, for the code that emits it and for alarms and dashboards."""

NAMESPACE = "CircuitBreaker"

CIRCUIT = "Circuit"
"""Dimension: the name of a circuit."""

OPENED = "Opened"
"""Once when a provider goes down, and once for each failed probe while it is down."""
