"""Errors that the commands show without a traceback: the message says what to do."""

from __future__ import annotations


class ExpectedError(Exception):
    """Something that a user can change is wrong; the message states what, and what to do."""
