"""A function may have several handoffs, whose settings its environment keeps apart by name."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.handoff import Event, Handoff
from serverless_runtime.handoff.settings import (
    HandoffSettings,
    handoff_environment,
    handoff_prefix,
    read_handoff_settings,
)
from serverless_runtime.shared.environment import MissingSettingsError
from tests.lambdas.recorded_lambda import RecordedLambda
from tests.lambdas.tables import TARGET_ARN

NAMES = st.text(string.ascii_lowercase + string.digits + "-", min_size=1).filter(
    lambda name: name.strip("-")
)
SETTINGS = st.builds(
    HandoffSettings,
    target_arn=st.text(min_size=1),
    outbox_table_name=st.none() | st.text(min_size=1),
)
SHIPPING = handoff_environment("orders-to-shipping", target_arn="arn:ship")
BILLING = handoff_environment("orders-to-billing", target_arn="arn:bill", outbox_table_name="o")


@given(st.dictionaries(NAMES, SETTINGS, min_size=1))
def test_every_handoff_of_a_function_is_read_as_it_was_written(
    handoffs: dict[str, HandoffSettings],
) -> None:
    environ = {"PATH": "/bin", "HANDOFF_NAME": "a metric", "HANDOFF_TARGET_ARN": "of no handoff"}
    for name, each in handoffs.items():
        given_settings = {key: value for key, value in vars(each).items() if value is not None}
        environ |= handoff_environment(name, **given_settings)

    assert {name: read_handoff_settings(name, environ) for name in handoffs} == handoffs
    if len(handoffs) == 1:
        assert [read_handoff_settings(environ=environ)] == list(handoffs.values())


@given(NAMES, NAMES)
def test_no_two_names_share_variables(one: str, other: str) -> None:
    assert (handoff_prefix(one) == handoff_prefix(other)) == (one == other)


@pytest.mark.parametrize("name", ["", "-", "Orders", "a_b", "a.b", "é", "ß", "a b", "a\n"])
def test_a_name_that_no_variable_could_carry_is_rejected(name: str) -> None:
    with pytest.raises(ValueError, match=r"lower-case letters, digits and hyphens.*; got "):
        handoff_prefix(name)


def test_several_handoffs_have_to_be_told_apart_by_name() -> None:
    with pytest.raises(ValueError, match="name one of 'orders-to-billing', 'orders-to-shipping'"):
        read_handoff_settings(environ={**SHIPPING, **BILLING})


def test_a_name_that_the_function_does_not_have_is_answered_with_those_it_has() -> None:
    expected = (
        "handoff 'returns': .*needs HANDOFF_RETURNS_TARGET_ARN.*; it has 'orders-to-shipping'"
    )
    with pytest.raises(MissingSettingsError, match=expected):
        read_handoff_settings("returns", SHIPPING)


def test_a_function_without_a_handoff_is_told_what_is_missing() -> None:
    with pytest.raises(MissingSettingsError, match=r"has no handoff.*HANDOFF_…_TARGET_ARN"):
        read_handoff_settings(environ={"HANDOFF_SHIPPING_TARGET_ARN": ""})


def test_a_caller_of_two_handoffs_reaches_both_targets(
    recorded_lambda: RecordedLambda, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = TARGET_ARN + "-of-audit"
    for name, value in handoff_environment("audit", target_arn=other).items():
        monkeypatch.setenv(name, value)

    for name in ("tasks", "audit"):
        event = Event(event_id=name, correlation_id="c", payload=b'{"type": "%b"}' % name.encode())
        assert Handoff(name).hand_off(event)

    assert [path.split("%3A")[-1] for path in recorded_lambda.paths] == [
        f"{arn.split(':')[-1]}/invocations" for arn in (TARGET_ARN, other)
    ]
    with pytest.raises(ValueError, match="name one of 'audit', 'tasks'"):
        Handoff()
