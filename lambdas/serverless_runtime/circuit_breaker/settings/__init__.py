"""What circuit breakers do unless they are told otherwise, and the key of their rows."""

from __future__ import annotations

from collections.abc import Mapping

CIRCUIT = "{circuit}"
"""Stands for the name of a circuit in a row's key."""

KEY: Mapping[str, str] = {"circuit": CIRCUIT}
"""The key of a circuit's row in a table of its own."""

FAILURES_TO_OPEN = 5
FIRST_COOL_DOWN_SECONDS = 30
LONGEST_COOL_DOWN_SECONDS = 300
PROBE_SECONDS = 60
