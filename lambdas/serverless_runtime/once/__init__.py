"""The target's side: `Once().run(event, work)`, so that a duplicate of the event does no work."""

from serverless_runtime.once.leases import InProgressError
from serverless_runtime.once.once import GivenUpError, NotDoneError, NotRecordedError, Once

__all__ = ["GivenUpError", "InProgressError", "NotDoneError", "NotRecordedError", "Once"]
