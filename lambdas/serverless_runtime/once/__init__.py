"""The target's side: `Once().run(event, work)` does the work of an event once.

The package's settings are read by programs, and its leases by functions without a `Once`: neither
loads it.
"""

from typing import TYPE_CHECKING

__all__ = ["GivenUpError", "InProgressError", "NotDoneError", "NotRecordedError", "Once"]

if TYPE_CHECKING:
    from serverless_runtime.once.run_once import (
        GivenUpError,
        InProgressError,
        NotDoneError,
        NotRecordedError,
        Once,
    )
else:

    def __getattr__(name):
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from serverless_runtime.once import run_once  # noqa: PLC0415

        return getattr(run_once, name)
