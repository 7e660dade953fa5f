"""Work in order: one at a time for each key, and many keys side by side."""

from pulumi_serverless.fifo_consumer.fifo_consumer import FifoConsumer, FifoConsumerArgs

__all__ = ["FifoConsumer", "FifoConsumerArgs"]
