"""Reads and closes circuit breakers, wherever a component keeps their rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serverless_ops.stack import CircuitBreakerTable
from serverless_runtime.circuit_breaker.rows import CircuitBreakerState, DynamoCircuitBreakerStore

CircuitBreakers = Mapping[str, CircuitBreakerState]
"""By the name of the circuit."""


def read_circuit_breakers(dynamodb: Any, table: CircuitBreakerTable) -> CircuitBreakers:
    """Return the state of each circuit. One whose provider has not failed recently has no row, and
    is CLOSED. Raises botocore's errors."""
    rows = _rows(dynamodb, table)
    return {name: rows.read(name, consistent=True) for name in sorted(table.circuits)}


def close_circuit_breaker(
    dynamodb: Any, table: CircuitBreakerTable, circuit: str, now: int
) -> None:
    """Close it, whatever its state. Raises botocore's errors."""
    _rows(dynamodb, table).close(circuit, None, now)


def _rows(dynamodb: Any, table: CircuitBreakerTable) -> DynamoCircuitBreakerStore:
    return DynamoCircuitBreakerStore(table.table_name, dynamodb, key=table.key)
