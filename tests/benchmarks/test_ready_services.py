"""Other people's services: a folder with zips and a file, read or refused with the reason."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import ready_services as module
from benchmarks.ready_services import FOLDER, Caller, ReadyServicesError, ready_services

SERVICE = """
[peer]
zip = "peer.zip"
runtime = "nodejs22.x"
handler = "create.handler"
table_key = "pk"
[peer.environment]
TABLE = "$table_name"
PRICE = "$$5"
"""


def _folder(path: Path, text: str) -> dict[str, str]:
    (path / "services.toml").write_text(text, encoding="utf-8")
    (path / "peer.zip").write_bytes(b"PK")
    return {FOLDER: str(path)}


def test_without_a_folder_there_is_no_service_of_others() -> None:
    assert ready_services({}) == []


def test_a_service_is_deployed_as_its_zip_and_its_file_say(tmp_path: Path) -> None:
    [found] = ready_services(_folder(tmp_path, SERVICE))

    assert (found.name, found.bundle, found.runtime) == ("peer", b"PK", "nodejs22.x")
    assert (found.handler, found.table_key) == ("create.handler", "pk")
    assert found.variables(table_name="t") == {"TABLE": "t", "PRICE": "$5"}


def test_the_example_in_the_documentation_can_be_read(tmp_path: Path) -> None:
    example = re.sub("^    ", "", str(module.__doc__), flags=re.MULTILINE)
    text = example[example.index("[peer]") : example.index("Each gets")]
    (tmp_path / "create-task.zip").touch()

    [found] = ready_services(_folder(tmp_path, text))

    assert found.variables(table_name="t", target_arn="a") == {"TABLE": "t", "TARGET": "a"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must have a table for each service, has none"),
        ("[peer", "must be TOML"),
        ("peer = 1", "peer must be a table, got 1"),
        ('[peer]\nzip = "peer.zip"', "must have handler, runtime, zip and may have .*, has zip"),
        (SERVICE.replace("table_key", "tablekey"), "may have environment, table_key, has .*tablek"),
        (SERVICE.replace('"pk"', "1"), "table_key must be a text, got 1"),
        (SERVICE.replace('"$$5"', "5"), "PRICE must be a text, got 5"),
        (
            SERVICE.replace("peer.zip", "a.zip"),
            "zip must be a file beside it, got .*a.zip: No such",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(ReadyServicesError, match=message):
        ready_services(_folder(tmp_path, text))


def test_a_folder_without_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadyServicesError, match="BENCHMARK_SERVICES must name a folder with"):
        ready_services({FOLDER: str(tmp_path)})


@pytest.mark.parametrize("value", ["$queue", "${target_arn", "$"])
def test_a_variable_may_only_use_what_there_is(value: str) -> None:
    caller = Caller(name="peer", bundle=b"", runtime="", handler="", environment={"A": value})

    with pytest.raises(ReadyServicesError, match=r"peer may use \$table_name, \$target_arn"):
        caller.variables(table_name="t", target_arn="a")


_SCALARS = st.one_of(st.integers(), st.booleans(), st.text("ab", max_size=3))


def _toml(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


@given(
    st.dictionaries(
        st.sampled_from(
            ["zip", "runtime", "handler", "table_key", "environment", "bundle", "name"]
        ),
        _SCALARS,
        max_size=7,
    )
)
def test_whatever_the_file_says_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, settings: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("services")
    text = "[peer]\n" + "\n".join(f"{key} = {_toml(value)}" for key, value in settings.items())
    assert tomllib.loads(text) == {"peer": settings}

    with pytest.raises(ReadyServicesError):
        ready_services(_folder(folder, text))
