"""What the notification service has recorded: `deliveries`.

The only part of `ops` that knows how that service writes its table.
"""
