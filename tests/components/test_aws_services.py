"""A service of boto3 that is misspelt fails where it is written, with the nearest name."""

from __future__ import annotations

import re
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from botocore.session import Session
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pulumi_serverless import FunctionCode

SERVICES = Session().get_available_services()
_HASH = f"--hash=sha256:{'0' * 64}"


def code(tmp_path: Path, *services: str, lock: str | None = "botocore==1.0") -> FunctionCode:
    requirements = None
    if lock is not None:
        requirements = tmp_path / "requirements.txt"
        requirements.write_text(f"{lock} {_HASH}\n")
    return FunctionCode(
        packages=["serverless_runtime.shared"], requirements=requirements, aws_services=services
    )


def test_every_service_of_boto3_is_accepted(tmp_path: Path) -> None:
    assert code(tmp_path, *SERVICES, lock=f"botocore=={version('botocore')}").aws_services


@given(st.sampled_from(SERVICES), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_misspelt_service_is_refused_with_a_name_that_is_one(
    tmp_path: Path, service: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(service) - 1))
    letter = data.draw(st.sampled_from(["", "q", "-"]))
    misspelt = service[:place] + letter + service[place + 1 :]
    assume(misspelt.strip() and misspelt not in SERVICES)

    with pytest.raises(ValueError, match=f"aws_services must .* got '{misspelt}'") as refused:
        code(tmp_path, misspelt)

    meant = re.search(r"did you mean (\S+)\?", str(refused.value))
    assert meant is None or meant[1] in SERVICES
    assert meant is not None or len(service) < 5


@pytest.mark.parametrize("lock", [None, "attrs==26.1.0"])
def test_services_without_boto3_are_refused(tmp_path: Path, lock: str | None) -> None:
    with pytest.raises(ValueError, match=r"left out without requirements that contain boto3, got"):
        code(tmp_path, "dynamodb", lock=lock)


def test_requirements_that_do_not_exist_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"requirements must be a lock file, got .*nope\.txt"):
        FunctionCode(packages=["serverless_runtime"], requirements=tmp_path / "nope.txt")


@pytest.mark.parametrize("lock", ["botocore==9999.0", "botocore>=1.0", "not a package"])
def test_what_cannot_be_known_before_the_build_is_left_to_it(tmp_path: Path, lock: str) -> None:
    assert code(tmp_path, "newest", lock=lock).aws_services == ("newest",)


def test_without_a_boto3_of_its_own_a_program_leaves_services_to_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])

    assert code(tmp_path, "newest").aws_services == ("newest",)
