"""Work for what bears only so much at a time, done from a queue."""

from pulumi_serverless.frugal_consumer.frugal_consumer import (
    FrugalConsumer,
    FrugalConsumerArgs,
)

__all__ = ["FrugalConsumer", "FrugalConsumerArgs"]
