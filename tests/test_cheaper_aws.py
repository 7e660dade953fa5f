"""The tests' shortcuts through botocore and moto lead to their own results."""

from __future__ import annotations

from datetime import datetime

import botocore.hooks
import botocore.session
import moto.core.utils
import pytest

from tests.cheaper_aws import BOTOCORES_EVENT_NAME, MOTOS_UNIX_TIME, event_name, unix_time

ALIASES = botocore.hooks.EVENT_ALIASES


@pytest.mark.parametrize("service", sorted(ALIASES))
def test_an_event_has_the_same_name(service: str) -> None:
    for name in (f"before-call.{service}.Put", f"creating-client-class.{service}", service):
        aliaser = botocore.hooks.EventAliaser(None)

        assert event_name(name) == BOTOCORES_EVENT_NAME(aliaser, name)


def test_a_session_has_the_aliases_of_all_sessions() -> None:
    session = botocore.session.get_session()

    assert session.get_component("event_emitter")._event_aliases == ALIASES


@pytest.mark.parametrize("text", ["1970-01-01", "2026-03-01T09:30:00.123456"])
def test_a_moment_has_the_same_unix_time(text: str) -> None:
    moment = datetime.fromisoformat(text)

    assert unix_time(moment) == MOTOS_UNIX_TIME(moment)


def test_without_a_moment_it_is_now() -> None:
    assert moto.core.utils.unix_time is unix_time
    before = MOTOS_UNIX_TIME()
    assert before <= unix_time() <= MOTOS_UNIX_TIME()
