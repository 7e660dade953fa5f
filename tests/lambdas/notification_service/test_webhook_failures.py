from __future__ import annotations

import pytest

from serverless_runtime.notification_service.channel import (
    ChannelError,
    PermanentChannelError,
    UnknownOutcomeError,
)
from serverless_runtime.notification_service.channels.webhook import channels
from serverless_runtime.notification_service.settings.webhook import WebhookSettings
from serverless_runtime.once.leases import Leases
from tests.lambdas.notification_service.fakes import Clock
from tests.lambdas.notification_service.https_receiver import (
    HOST,
    HttpsReceiver,
    do_not_respond,
    responds,
    untouched,
)
from tests.lambdas.notification_service.sample_delivery import Service
from tests.lambdas.notification_service.webhook_fixtures import Send, verified
from tests.lambdas.notification_service.webhook_receivers import Names


@pytest.mark.parametrize(("status", "slept"), [(429, 5.0), (503, 0.0), (408, 2.0)])
def test_a_short_wait_that_the_receiver_requests_is_honoured(
    server: HttpsReceiver, sending: Send, status: int, slept: float
) -> None:
    server.replies = [responds(status, f"Retry-After: {slept:.0f}"), responds(200)]
    webhook = sending()

    assert webhook.send() == "200"

    assert webhook.slept == [slept]
    first, second = server.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert verified(second)


def test_the_second_post_has_its_own_timestamp(server: HttpsReceiver, sending: Send) -> None:
    clock = Clock()

    def go_on(seconds: float) -> None:
        clock.now += seconds

    server.replies = [responds(429, "Retry-After: 3"), responds(200)]
    webhook = sending(clock=clock, meanwhile=go_on)

    webhook.send()

    first, second = (int(each.headers["webhook-timestamp"]) for each in server.requests)
    assert second - first == 3


def test_a_second_request_to_wait_is_not_retried(server: HttpsReceiver, sending: Send) -> None:
    server.replies = [responds(429, "Retry-After: 2")]
    webhook = sending()

    assert webhook.error().retry_after_seconds == 2
    assert len(server.requests) == 2


def test_a_long_wait_is_handed_on(server: HttpsReceiver, sending: Send) -> None:
    server.replies = [responds(429, "Retry-After: 6")]
    webhook = sending()

    error = webhook.error()

    assert (type(error), error.retry_after_seconds) == (ChannelError, 6)
    assert (len(server.requests), webhook.slept) == (1, [])


def test_a_fault_is_not_posted_again_when_once_is_the_most(
    server: HttpsReceiver, sending: Send
) -> None:
    server.replies = [responds(503, "Retry-After: 1")]

    error = sending(guarantee="at_most_once").error()

    assert type(error) is UnknownOutcomeError
    assert len(server.requests) == 1


def test_too_many_is_posted_again_even_when_once_is_the_most(
    server: HttpsReceiver, sending: Send
) -> None:
    server.replies = [responds(429, "Retry-After: 1"), responds(200)]

    webhook = sending(guarantee="at_most_once")

    assert webhook.send() == "200"


@pytest.mark.parametrize("status", [302, 400, 410])
def test_a_rejection_is_final(server: HttpsReceiver, sending: Send, status: int) -> None:
    server.replies = [responds(status, "Retry-After: 1", "Location: https://169.254.169.254/")]
    webhook = sending()

    error = webhook.error()

    assert type(error) is PermanentChannelError
    assert f"(HTTP {status})" in str(error)
    assert "169.254" not in str(error)
    assert (len(server.requests), webhook.slept) == (1, [])


def test_a_timeout_is_not_followed_by_a_second_request(
    server: HttpsReceiver, sending: Send
) -> None:
    server.replies = [do_not_respond]

    error = sending(receiver={"seconds": 0.5}).error()

    assert type(error) is UnknownOutcomeError
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "localhost", "169.254.169.254"]
)
def test_a_forbidden_address_is_dead_lettered_at_once_and_nothing_connected(
    secret_arn: str, host: str, in_memory: Leases
) -> None:
    service = Service(in_memory, Clock())
    with untouched() as port:
        [channel] = channels(WebhookSettings(url=f"https://{host}:{port}/", secret_arn=secret_arn))

        service.notify(channel)

    [reason] = service.dead_letters.reasons
    assert reason.startswith(f"webhook: {host} resolves to ")
    assert reason.endswith("; nothing was sent")


def test_a_redirect_inside_is_dead_lettered_and_nothing_connected(
    server: HttpsReceiver, sending: Send, secret_arn: str, in_memory: Leases
) -> None:
    service = Service(in_memory, Clock())
    names = Names(["127.0.0.1"])
    sender = sending(receiver={"resolver": names}).sender
    [channel] = channels(WebhookSettings(url=f"https://{HOST}/", secret_arn=secret_arn))
    with untouched("127.0.0.2") as port:
        server.replies = [responds(307, f"Location: https://127.0.0.2:{port}/")]

        channel.sender = sender
        service.notify(channel)

    assert service.dead_letters.reasons == [
        f"webhook: {HOST} redirects, which is not followed: correct the URL (HTTP 307)"
    ]
    assert names.calls == 1
