"""The old system has to prove who it is, before it gets a request."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import trustme

from serverless_runtime.strangler.legacy import Legacy, LegacyError
from serverless_runtime.strangler.requests import request_of
from tests.lambdas.strangler.api_events import OldSystem, an_event

Shows = Callable[[trustme.CA, str], str]


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> trustme.CA:
    """All that this machine trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "trusted.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    return authority


@pytest.fixture
def shows(old: OldSystem) -> Shows:
    """Let the old system show a certificate; returns its address."""

    def show(authority: trustme.CA, name: str) -> str:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(name).configure_cert(tls)
        old.socket = tls.wrap_socket(old.socket, server_side=True)
        return f"https://localhost:{old.server_port}"

    return show


def test_a_certificate_of_the_name_that_is_trusted_will_do(
    trusted: trustme.CA, shows: Shows
) -> None:
    with closing(Legacy(shows(trusted, "localhost"), 5)) as legacy:
        assert legacy.send(request_of(an_event())).status == 200


@pytest.mark.parametrize("name", ["localhost", "other.example"])
def test_one_that_is_not_trusted_or_of_another_name_will_not(
    trusted: trustme.CA, shows: Shows, old: OldSystem, name: str
) -> None:
    url = shows(trustme.CA() if name == "localhost" else trusted, name)

    with closing(Legacy(url, 5)) as legacy, pytest.raises(LegacyError, match="SSLCertVerif"):
        legacy.send(request_of(an_event()))

    assert old.requests == []
