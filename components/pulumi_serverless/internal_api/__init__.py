"""A function that others call and wait for, within a time that all of them know."""

from pulumi_serverless.internal_api.alarms import ServiceThresholds
from pulumi_serverless.internal_api.internal_api import InternalApi, InternalApiArgs

__all__ = ["InternalApi", "InternalApiArgs", "ServiceThresholds"]
