"""Checks that each alarm notifies someone: `verify-alarms`."""
