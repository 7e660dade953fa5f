"""An event as a message of SNS or SQS: the body is its CloudEvents JSON."""

from __future__ import annotations

import re

from serverless_runtime.handoff.event import Event

MAX_ATTRIBUTES = 10
"""SNS drops a message with more for every queue with raw delivery.
https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html"""

_NAME = re.compile(r"(?!(?:aws|amazon)\.)(?!\.)(?!.*\.\.)[a-z0-9_.-]{1,256}(?<!\.)", re.IGNORECASE)

# Unicode's characters that are none, which SNS and SQS refuse.
_NO_CHARACTERS = {0xFFFE, 0xFFFF}


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
        if not _NAME.fullmatch(name):
            raise ValueError(
                "names of attributes must be 1 to 256 letters, digits and _-. of which the dots "
                f"stand alone between others, not begin with AWS. or Amazon., got {name!r}"
            )
        if not value:
            raise ValueError(f"attribute {name} must not be empty, got ''; leave it out")
        if any(_is_refused(ord(character)) for character in value):
            raise ValueError(
                f"attribute {name} must have no control characters or such as U+FFFE, got {value!a}"
            )


def _is_refused(code: int) -> bool:
    """Whether SNS and SQS refuse the character.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    """
    return (code < ord(" ") and code not in {0x9, 0xA, 0xD}) or code in _NO_CHARACTERS
