"""The log messages of gatekeepers."""

REFUSED = "caller refused"
ISSUED = "key issued"
REVOKED = "key revoked"
