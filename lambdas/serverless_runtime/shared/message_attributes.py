"""What SNS and SQS take as a message: its characters, and the names and values of its attributes.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
"""

from __future__ import annotations

import re

MAX_ATTRIBUTES = 10
"""SNS drops a message with more for every queue with raw delivery.
https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html"""

_NAME = re.compile(r"(?!(?:aws|amazon)\.)(?!\.)(?!.*\.\.)[a-z0-9_.-]{1,256}(?<!\.)", re.IGNORECASE)

# Control characters, halves of surrogate pairs, and Unicode's characters that are none.
_REFUSED = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def require_attribute_name(name: object) -> None:
    """Raise ValueError unless it can name an attribute."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(
            "names of attributes must be 1 to 256 letters, digits and _-. of which the dots "
            f"stand alone between others, not begin with AWS. or Amazon., got {name!a}"
        )


def require_attribute(name: object, value: object) -> None:
    """Raise ValueError unless a message can have the attribute."""
    require_attribute_name(name)
    if not isinstance(value, str):
        raise ValueError(f"attributes[{name}] must be text, got {value!a}")
    if not value.strip():
        raise ValueError(f"attributes[{name}] must not be empty, got {value!a}; leave it out")
    require_characters(f"attributes[{name}]", value)


def require_characters(what: str, text: str) -> None:
    """Raise ValueError for a text with a character that no message may have."""
    if found := _REFUSED.search(text):
        raise ValueError(
            f"{what} must have no control characters or such as U+FFFE, "
            f"got U+{ord(found[0]):04X} at {found.start()}"
        )
