"""The consumer of a FIFO queue: `handle = each_in_order(work)` is the handler of its function."""

from serverless_runtime.fifo_consumer.in_order import each_in_order

__all__ = ["each_in_order"]
