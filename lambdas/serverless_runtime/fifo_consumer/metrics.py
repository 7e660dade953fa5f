"""The metric of parked messages, beside those of the queue's consumer; same dimension."""

NAMESPACE = "FifoConsumer"

PARKED = "Parked"
"""Messages that were parked: those that failed, and those of the same group behind them."""
