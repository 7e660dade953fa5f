"""What is known of every kind of dead letter."""

from __future__ import annotations

import pytest

from serverless_ops.dead_letters.kinds import kinds, read
from tests.ops.dead_letters.kinds.fake_clients import QUEUE


def test_every_kind_is_known_and_another_is_unreadable_by_name() -> None:
    assert list(kinds()) == ["delivery", "invocation", "message", "rule_target"]
    with pytest.raises(Exception, match="kind 'other' cannot be read by this version, which knows"):
        read("other", {"Body": "{}"})


@pytest.mark.parametrize(
    ("kind", "given", "missing"),
    [
        ("invocation", {}, "--function"),
        ("invocation", {"target_arn": "f"}, None),
        ("message", {}, None),
        ("delivery", {}, None),
        ("rule_target", {}, None),
    ],
)
def test_what_a_replay_needs_beyond_the_queue_is_known(
    kind: str, given: dict[str, str], missing: str | None
) -> None:
    assert kinds()[kind].missing(QUEUE.model_copy(update=given)) == missing
