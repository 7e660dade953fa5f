"""Stops calls of a provider that keeps failing; what functions call is in `circuit_breaker`."""
