"""Asynchronous delivery from any number of callers to one target function."""

from pulumi_serverless.handoff.async_handoff import AsyncHandoff, AsyncHandoffArgs
from pulumi_serverless.handoff.thresholds import HandoffThresholds

__all__ = ["AsyncHandoff", "AsyncHandoffArgs", "HandoffThresholds"]
