"""What the functions between routes and their targets need from their environment."""

from __future__ import annotations

from serverless_runtime.shared.frozen import frozen

PREFIX = "ROUTE_"
"""What their variables begin with."""

CLAIM, AUTHORIZER = "$context.authorizer.claims.", "$context.authorizer."
PATH, USER_ARN = "$request.path.", "$context.identity.userArn"
"""What an API knows: claims of a token, what an authorizer says, the path, and who has signed."""

REFUSALS = (400, 402, 403, 404, 409, 410, 412, 422, 423, 429, 451)
"""Statuses by which a service can refuse a request."""


@frozen
class CallServiceSettings:
    """A route that calls a service."""

    service: str
    """Name of the service; its own variables say where it is."""

    operation: str
    """What it is asked for."""

    refusals: str = "{}"
    """JSON: the status of the response by the code of a refusal."""

    circuit_breaker: str = ""
    """Not empty if the service has a circuit breaker of its name."""

    fields: str = "{}"
    """JSON: what the API writes into the payload, a variable by the name of the field."""


@frozen
class HandOffSettings:
    """A route that hands off; the handoff's own variables say to whom."""

    event_type: str
    """Attribute `type` of the event."""

    event_source: str
    """Attribute `source` of the event."""

    fields: str = "{}"
    """JSON: what the API writes into the payload, a variable by the name of the field."""


@frozen
class PutOnBusSettings:
    """A route that puts events on a bus."""

    bus_name: str
    """Physical name of the bus."""

    source: str
    """Source of the event."""

    detail_type: str
    """Its type."""

    fields: str = "{}"
    """JSON: what the API writes into the payload, a variable by the name of the field."""
