"""What the emulator reads of botocore's descriptions of services."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from local.emulator.start import emulator_python
from local.instance import ROOT

# Of each protocol one, one under another name in the emulator, and one that there is not.
_SERVICES = ("dynamodb", "lambda", "sqs", "iam", "ec2", "s3", "states", "monitoring", "nothing")
_PRINTS = """
import json, sys
sys.path.insert(0, sys.argv[1])
from ministack.core import responses
read = responses._service_model
from local.emulator.patches import service_models
service_models.apply()
found = []
for service in sys.argv[2:]:
    before, after = read(service), responses._service_model(service)
    found.append([service, before and before.metadata, after and after.metadata])
sqs = responses._service_model("sqs")
print(json.dumps({"found": found, "operations": len(sqs.operation_names)}))
"""


@pytest.fixture(scope="module")
def printed() -> dict[str, object]:
    done = subprocess.run(  # noqa: S603 -- our own interpreter and script
        [emulator_python(), "-c", _PRINTS, str(Path(ROOT)), *_SERVICES],
        capture_output=True,
        text=True,
        check=True,
    )
    read: dict[str, object] = json.loads(done.stdout)
    return read


def test_the_head_of_a_description_says_what_the_whole_does(printed: dict[str, object]) -> None:
    found = printed["found"]

    assert isinstance(found, list)
    assert [service for service, *_ in found] == list(_SERVICES)
    assert all(before == after for _, before, after in found)
    assert [service for service, before, _ in found if before is None] == ["nothing"]


def test_the_rest_is_read_when_it_is_asked_for(printed: dict[str, object]) -> None:
    assert printed["operations"] == 23
