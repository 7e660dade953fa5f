"""The step that looks at every kind of channel."""

from __future__ import annotations

import json
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from local.receiver import Received
from local.tour.observe import arrivals, pushes_about, require, texts_about, wait_for
from local.tour.tour import ONCE_EACH, Tour, require_status, saw, the_email

_TITLE = "Call <b>Ms Çelik</b> back 📞"


def hear_on_every_channel(tour: Tour) -> None:
    """One event arrives on every kind of channel"""
    require_status(tour.api.post("/tasks", json={"title": _TITLE}), 201)
    wait_for(
        lambda: arrivals(tour.stack, _TITLE),
        "one message on each channel",
        where=tour.at_target(),
        enough=lambda arrived: arrived == ONCE_EACH,
    )
    email = the_email(tour, _TITLE)
    require(
        "&lt;b&gt;" in email["BodyHtml"] and "<b>" not in email["BodyHtml"],
        "a title that is text in the HTML, too",
        seen=email["BodyHtml"],
        where="at SES",
    )
    saw(f"e-mail: “{email['Subject']}”, as text and as HTML")
    (text,) = texts_about(tour.stack, _TITLE)
    saw(f"SMS to {text['PhoneNumber']}: “{text['Message']}”")
    saw(f"push to Apple's phone: {_shown(_apples(tour))}; to Google's: {_shown(_googles(tour))}")
    (received,) = tour.stack.receiver.about(_TITLE)
    _verify(tour, received)


def _apples(tour: Tour) -> dict[str, Any]:
    (push,) = pushes_about(tour.stack, "APNS", _TITLE)
    alert: dict[str, Any] = push["aps"]["alert"]
    return alert


def _googles(tour: Tour) -> dict[str, Any]:
    (push,) = pushes_about(tour.stack, "GCM", _TITLE)
    notification: dict[str, Any] = push["fcmV1Message"]["message"]["notification"]
    return notification


def _shown(notification: dict[str, Any]) -> str:
    return f"“{notification['title']} / {notification['body']}”"


def _verify(tour: Tour, received: Received) -> None:
    verifier = Webhook(tour.stack.webhook_secret())
    event = verifier.verify(received.body, received.headers)
    saw(f"webhook: POST {received.path} with event {event['id']}; its signature is good")
    tampered = json.dumps({**event, "subject": "another task"})
    try:
        verifier.verify(tampered, received.headers)
    except WebhookVerificationError as error:
        saw(f"a copy with another subject is refused by the verifier: “{error}”")
    else:
        require(False, "a refusal of the changed copy", seen=tampered, where="at the verifier")
