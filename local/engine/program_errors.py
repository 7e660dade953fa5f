"""Errors in what a program declares."""

from __future__ import annotations


class ProgramError(Exception):
    """The provider rejects what the program declares; the message names the resource."""
