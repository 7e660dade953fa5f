"""One API in front of many back ends, each reached in the way it needs."""

from pulumi_serverless.robust_api.adapters import CallService
from pulumi_serverless.robust_api.alarms import RouteThresholds
from pulumi_serverless.robust_api.asynchronous import HandOff, PutOnBus
from pulumi_serverless.robust_api.robust_api import RobustApi, RobustApiArgs

__all__ = [
    "CallService",
    "HandOff",
    "PutOnBus",
    "RobustApi",
    "RobustApiArgs",
    "RouteThresholds",
]
