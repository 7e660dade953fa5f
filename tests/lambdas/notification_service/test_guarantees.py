"""Any series of attempts keeps both guarantees."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.notification_service.channel import (
    ChannelError,
    PermanentChannelError,
    UnknownOutcomeError,
)
from serverless_runtime.notification_service.delivery.every_channel import (
    NotDeliveredError,
    notify_channels,
)
from serverless_runtime.once.leases import InProgressError
from serverless_runtime.once.settings import GUARANTEES, LEASE_SECONDS, Guarantee
from tests.lambdas.notification_service.fakes import (
    Clock,
    KilledError,
    RecordingChannel,
    RecordingDeadLetters,
    raises,
)
from tests.lambdas.notification_service.sample_delivery import EVENT, in_memory_leases

FATES = {
    "sent": None,
    "rejected": ChannelError("no"),
    "rejected permanently": PermanentChannelError("never"),
    "no response": UnknownOutcomeError("no response"),
    "killed": KilledError(),
}
PERHAPS_SENT = {"sent", "no response", "killed"}


@given(
    fates=st.lists(st.tuples(st.sampled_from(sorted(FATES)), st.booleans()), max_size=8),
    guarantee=st.sampled_from(GUARANTEES),
)
def test_whatever_happens_nothing_is_lost_and_the_guarantee_holds(
    fates: list[tuple[str, bool]], guarantee: Guarantee
) -> None:
    clock, dead_letters = Clock(), RecordingDeadLetters()
    deliveries = in_memory_leases(clock)
    channel = RecordingChannel(guarantee=guarantee)
    perhaps_sent, in_lambdas_hands = 0, True

    for fate, late in fates:
        error = FATES[fate]
        channel.before_sending = raises(error) if error else lambda: None
        calls_before = channel.calls
        clock.now += (LEASE_SECONDS + 1) * late
        try:
            notify_channels(EVENT, deliveries, [channel], dead_letters)
        except (NotDeliveredError, InProgressError, KilledError):
            continue
        finally:
            perhaps_sent += channel.calls > calls_before and fate in PERHAPS_SENT
        in_lambdas_hands = False

    assert in_lambdas_hands or channel.sent or dead_letters.reasons
    assert len(channel.sent) <= 1
    assert len(dead_letters.reasons) <= 1
    if guarantee == "at_most_once":
        assert perhaps_sent <= 1
