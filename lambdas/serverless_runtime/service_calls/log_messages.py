"""The log messages of calls."""

UNANSWERED = "service call not answered"
RETRIED = "service call is tried again"
REFUSED = "call refused"
TOO_LATE = "call arrived after its deadline: nothing done"
