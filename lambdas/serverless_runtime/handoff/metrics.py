"""The metrics of handoffs, for the code that emits them and for alarms and dashboards.

Those of the relay are in `relay/metrics.py`, in the same namespace.
"""

NAMESPACE = "Handoff"

HANDED_OFF = "HandedOff"
"""Accepted by Lambda at the caller's first attempt; later ones are the relay's RelayHandedOff."""
