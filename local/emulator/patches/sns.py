"""SNS: phones receive what is pushed to them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from local.emulator.differences import Difference

DIFFERENCES = (
    Difference(
        aws="a topic delivers to each phone the part of a message that is for its platform",
        emulator="drops what is published to phones",
        workaround="the part goes to the queue that the phone's user data names",
    ),
)


def apply() -> None:
    """Send what a topic pushes to a phone to the queue that the phone's user data names."""
    sns: Any = import_module("ministack.services.sns")
    fan_out = sns._fanout

    def fan_out_to_phones(  # noqa: PLR0917 -- as MiniStack calls it
        topic_arn: str,
        message_id: str,
        message: str,
        subject: str,
        structure: str = "",
        attributes: Any = None,
        **fifo: Any,
    ) -> None:
        fan_out(topic_arn, message_id, message, subject, structure, attributes, **fifo)
        topic = sns._topic_by_arn_any_scope(topic_arn) or {"subscriptions": []}
        for subscription in topic["subscriptions"]:
            phone = sns._platform_endpoints.get(subscription["endpoint"])
            if phone is None:
                continue
            platform = phone["application_arn"].split("/")[1]
            shown = sns._resolve_message_for_protocol(message, structure, platform)
            sns._deliver_to_sqs(
                phone["attributes"]["CustomUserData"],
                "",
                True,  # raw, without SNS's envelope
                shown,
                message_attributes=attributes,
                topic_arn=topic_arn,
            )

    sns._fanout = fan_out_to_phones
