"""Chaos: the whole program under load and faults, and whether it lost or repeated anything."""
