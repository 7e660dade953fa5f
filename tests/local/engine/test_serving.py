"""The provider is ready for what an engine will ask it."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from local.emulator.clients import Clients, Credentials
from local.engine.grpc_server import serving
from local.engine.provider import Provider

KINDS = ["pulumi:pulumi:Stack", "aws:sqs/queue:Queue", "shop:index:Unknown"]


class Watched(Provider):
    """Notes what it is told to prepare for."""

    prepared: Collection[str] = ()

    def prepare(self, types: Collection[str]) -> None:
        super().prepare(types)
        self.prepared = types


def test_the_provider_is_told_the_types_in_the_state(tmp_path: Path) -> None:
    state = tmp_path / "state" / ".pulumi" / "stacks" / "shop" / "local.json"
    state.parent.mkdir(parents=True)
    resources = [{"urn": f"urn:{each}", "type": each} for each in KINDS]
    state.write_text(json.dumps({"checkpoint": {"latest": {"resources": resources}}}))
    provider = Watched(Clients("http://127.0.0.1:9", Credentials("never", "used")))

    with serving(provider, tmp_path):
        pass

    assert provider.prepared == set(KINDS)
