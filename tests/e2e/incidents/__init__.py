"""Everything that goes wrong in the tests of the runbook."""

from tests.e2e.troubles import api, dead_letters, outbox, tables, target

TROUBLES = (
    *dead_letters.TROUBLES,
    *target.TROUBLES,
    *outbox.TROUBLES,
    *tables.TROUBLES,
    *api.TROUBLES,
)
"""At least one for each alarm."""
