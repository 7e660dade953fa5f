"""Asynchronous delivery from any number of callers to one target function."""

from pulumi_serverless.handoff.alarms.thresholds import HandoffThresholds
from pulumi_serverless.handoff.async_handoff import AsyncHandoff, AsyncHandoffArgs

__all__ = ["AsyncHandoff", "AsyncHandoffArgs", "HandoffThresholds"]
