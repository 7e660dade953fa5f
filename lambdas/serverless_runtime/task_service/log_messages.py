"""The service's log messages that `ops trace` searches for."""

REQUEST_COMPLETED = "request completed"
