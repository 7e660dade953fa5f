"""The settings of the program in an emulator."""

from __future__ import annotations

import json

from local.deployment import Deployment
from local.emulator.start import Emulator
from local.instance import ROOT
from local.program.project import read_project


def test_a_setting_and_a_part_of_one_are_changed(emulator: Emulator) -> None:
    deployment = Deployment(emulator.client, read_project(ROOT))

    deployment.set_config("memoryMb", "1024")
    deployment.set_config("api.requestsPerSecond", "7")

    changed = deployment.config()
    assert changed["internal-handoff:memoryMb"] == "1024"
    assert changed["pulumi-serverless:bundleFor"] == "host"
    api = json.loads(changed["internal-handoff:api"])
    assert api == {"auth": {"kind": "none"}, "requestsPerSecond": 7}
