"""Synchronous calls between functions: `client` for who calls, `entry` for who answers."""
