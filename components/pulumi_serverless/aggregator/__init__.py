"""One answer out of several services, within one deadline."""

from pulumi_serverless.aggregator.aggregator import Aggregator, AggregatorArgs, Branch
from pulumi_serverless.aggregator.alarms import AggregatorThresholds

__all__ = ["Aggregator", "AggregatorArgs", "AggregatorThresholds", "Branch"]
