"""Leases and records of work; what a target calls is in `run_once`."""
