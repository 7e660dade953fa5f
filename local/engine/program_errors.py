"""Errors in what a program declares."""

from __future__ import annotations

from local.errors import ExpectedError


class ProgramError(ExpectedError):
    """The provider rejects what the program declares; the message names the resource."""
