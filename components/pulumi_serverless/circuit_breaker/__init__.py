"""Stops calls of a provider that keeps failing, for all instances of all functions that need it."""

from pulumi_serverless.circuit_breaker.circuit_breaker import CircuitBreaker, CircuitBreakerArgs

__all__ = ["CircuitBreaker", "CircuitBreakerArgs"]
