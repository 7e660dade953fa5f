"""An event as a message of SNS or SQS: the body is its CloudEvents JSON."""

from __future__ import annotations

from serverless_runtime.handoff.event import Event
from serverless_runtime.shared.message_attributes import MAX_ATTRIBUTES, require_attribute


def body_of(event: Event) -> str:
    """Return the body. It has only characters that SNS and SQS take, as a payload has no others,
    and the largest event fits."""
    return event.to_wire().decode()


def attributes_of(event: Event) -> dict[str, dict[str, str]]:
    """Return the message attributes: those of CloudEvents that the event has."""
    return {
        name: {"DataType": "String", "StringValue": value}
        for name, value in event.attributes.items()
    }


def require_message(event: Event) -> None:
    """Raise ValueError for what no subscriber could get, or find out of what type it is."""
    attributes = event.attributes
    if "type" not in attributes:
        raise ValueError(
            "attributes must have a type, by which subscribers choose, "
            f"got {', '.join(attributes) or 'none'}"
        )
    if len(attributes) > MAX_ATTRIBUTES:
        raise ValueError(
            f"attributes must be at most {MAX_ATTRIBUTES} in a message, got {len(attributes)}"
        )
    for name, value in attributes.items():
        require_attribute(name, value)
