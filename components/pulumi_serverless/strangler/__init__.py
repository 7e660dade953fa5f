"""One address in front of an old system, whose routes move to new functions one by one."""

from pulumi_serverless.strangler.alarms import StranglerThresholds
from pulumi_serverless.strangler.moving_route import MovingRoute
from pulumi_serverless.strangler.strangler_facade import StranglerFacade, StranglerFacadeArgs

__all__ = ["MovingRoute", "StranglerFacade", "StranglerFacadeArgs", "StranglerThresholds"]
