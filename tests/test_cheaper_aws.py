"""The tests' shortcuts through botocore lead to its own results."""

from __future__ import annotations

import botocore.hooks
import botocore.session
import pytest

from tests.cheaper_aws import BOTOCORES_EVENT_NAME, event_name

ALIASES = botocore.hooks.EVENT_ALIASES


@pytest.mark.parametrize("service", sorted(ALIASES))
def test_an_event_has_the_same_name(service: str) -> None:
    for name in (f"before-call.{service}.Put", f"creating-client-class.{service}", service):
        aliaser = botocore.hooks.EventAliaser(None)

        assert event_name(name) == BOTOCORES_EVENT_NAME(aliaser, name)


def test_a_session_has_the_aliases_of_all_sessions() -> None:
    session = botocore.session.get_session()

    assert session.get_component("event_emitter")._event_aliases == ALIASES
