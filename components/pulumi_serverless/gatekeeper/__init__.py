"""Lets in who has a key, by routes, and keeps the keys."""

from pulumi_serverless.gatekeeper.alarms import GatekeeperThresholds
from pulumi_serverless.gatekeeper.args import GatekeeperArgs
from pulumi_serverless.gatekeeper.gatekeeper import Gatekeeper

__all__ = ["Gatekeeper", "GatekeeperArgs", "GatekeeperThresholds"]
