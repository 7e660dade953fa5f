"""Events that wait in an outbox, and the relay that hands them off: `relay`.

The only part of `serverless_ops` that knows how an outbox is written.
"""
