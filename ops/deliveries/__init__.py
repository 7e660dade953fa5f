"""What the notification service has recorded: `deliveries` and `circuit-breakers`.

The only part of `ops` that knows how that service writes its table.
"""
