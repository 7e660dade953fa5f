"""What the notification service has recorded: `deliveries`.

The only part of `serverless_ops` that knows how that service writes its table.
"""
