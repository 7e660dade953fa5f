"""Chaos: the whole program under load and faults, and a check that nothing was lost or sent
twice."""
