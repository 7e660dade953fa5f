"""The metrics of routers, for the code that emits them and for alarms, dashboards and commands."""

NAMESPACE = "Strangler"

ROUTE = "Route"
"""Dimension: the key of a route."""

BY_LEGACY, BY_NEW = "AnsweredByLegacy", "AnsweredByNew"
"""Requests, by the side that answered."""

SERVER_ERRORS = "ServerErrors"
"""Of those, the ones that got a 5xx."""

SAME, DIFFERENT = "Same", "Different"
"""Requests in shadow whose answers were compared."""

NOT_COMPARED = "NotCompared"
"""Requests in shadow whose answers were not: the new one came too late, or cannot be read."""

LEGACY_UNREACHABLE = "LegacyUnreachable"
"""Requests of all routes that the old system did not answer."""

STAGES_UNREADABLE = "StagesUnreadable"
"""Attempts to read the parameter that failed."""
