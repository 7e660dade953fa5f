"""The consumer of incoming webhooks: `handle = each_call(work)` is the handler of its function."""

from serverless_runtime.webhook_in.call import Call
from serverless_runtime.webhook_in.genuine_calls import each_call

__all__ = ["Call", "each_call"]
