"""Bytecode in the zip: only from the Python that is asked for, and the same bytes from each."""

from __future__ import annotations

import dis
import marshal
import os
import platform
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from types import CodeType

import pulumi
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_serverless import BytecodeError, Runtime
from pulumi_serverless.blocks.bundle import BundleError, FunctionCode, build_bundle
from pulumi_serverless.blocks.bytecode import require_builder
from pulumi_serverless.blocks.dependencies import host_target, lambda_target
from pulumi_serverless.blocks.foundation import PYTHON_VERSION
from pulumi_serverless.testing import AwsMocks, run_program
from tests.components.wheels import a_lock, a_pip, a_wheel

CODE = FunctionCode(packages=("stall",))
HANDLER = """
KNOWN = {"apples", "pears", "plums", "cherries"}

def handle(event, context):
    # Its constants are where compilers differ: sets, strings that are shared, nested code.
    found = [each for each in event if each in {"apples", "pears", "plums", "cherries"}]
    return {"apples": lambda: found, "known": KNOWN}
"""
HEADER_BYTES = 16
WITH_BYTECODE = replace(host_target(), has_bytecode=True)
TAG = f"cpython-{sys.version_info.major}{sys.version_info.minor}"


@pytest.fixture
def stall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return a_stall(tmp_path / "one", monkeypatch)


def a_stall(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that can be imported until the next is made or the test ends."""
    folder = root / "stall"
    (folder / "fruit").mkdir(parents=True)
    for name in ("__init__.py", "fruit/__init__.py"):
        (folder / name).touch()
    (folder / "handler.py").write_text(HANDLER)
    (folder / "fruit" / "price.txt").write_text("1")
    monkeypatch.syspath_prepend(root)
    for module in [name for name in sys.modules if name.split(".")[0] == "stall"]:
        monkeypatch.delitem(sys.modules, module)
    return folder


def entries(bundle: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(bundle) as archive:
        names = archive.namelist()
        assert len(names) == len(set(names))
        return {name: archive.read(name) for name in names}


def code_in(bytecode: bytes) -> CodeType:
    code = marshal.loads(bytecode[HEADER_BYTES:])  # noqa: S302 -- of our own build
    assert isinstance(code, CodeType)
    return code


def test_a_zip_has_the_bytecode_of_each_module_beside_its_source(
    stall: Path, tmp_path: Path
) -> None:
    plain = entries(build_bundle(CODE, host_target(), tmp_path / "build"))
    found = entries(build_bundle(CODE, WITH_BYTECODE, tmp_path / "build"))

    assert {name: found[name] for name in plain} == plain
    assert found.keys() - plain.keys() == {
        f"stall/__pycache__/__init__.{TAG}.pyc",
        f"stall/__pycache__/handler.{TAG}.pyc",
        f"stall/fruit/__pycache__/__init__.{TAG}.pyc",
    }


def test_python_runs_the_bytecode_and_reads_no_source(stall: Path, tmp_path: Path) -> None:
    bundle = build_bundle(CODE, WITH_BYTECODE, tmp_path / "build")
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path / "task")
    # A source that fails shows that it is not what runs; on Lambda the two never differ.
    (tmp_path / "task" / "stall" / "handler.py").write_text("raise RuntimeError('compiled')")

    done = subprocess.run(  # noqa: S603 -- our own interpreter and text
        [
            *(sys.executable, "-I", "-B", "-c"),
            f"import sys; sys.path.insert(0, {str(tmp_path / 'task')!r})\n"
            "from stall.handler import handle; print(handle(['pears'], None)['apples']())",
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("['pears']\n", "")


def test_a_traceback_names_the_file_as_lambda_has_it(stall: Path, tmp_path: Path) -> None:
    found = entries(build_bundle(CODE, WITH_BYTECODE, tmp_path / "build"))
    module = code_in(found[f"stall/__pycache__/handler.{TAG}.pyc"])

    names = {module.co_filename}
    names |= {each.co_filename for each in module.co_consts if isinstance(each, CodeType)}
    assert names == {"/var/task/stall/handler.py"}
    assert any(each.opname == "MAKE_FUNCTION" for each in dis.get_instructions(module))


@pytest.mark.parametrize("hash_seed", ["0", "1", "77"])
def test_the_same_sources_give_the_same_zip_elsewhere(
    stall: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hash_seed: str
) -> None:
    first = build_bundle(CODE, WITH_BYTECODE, tmp_path / "build-one").read_bytes()
    elsewhere = a_stall(tmp_path / "two" / "deep" / "er", monkeypatch)
    for source in elsewhere.rglob("*.py"):
        os.utime(source, (1, 1))
        source.chmod(0o600)
    # All that Python would take from its surroundings.
    (tmp_path / "temporary").mkdir()
    for name, value in {
        "PYTHONHASHSEED": hash_seed,
        "PYTHONOPTIMIZE": "2",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPYCACHEPREFIX": str(tmp_path / "prefix"),
        "PYTHONWARNINGS": "error",
        "SOURCE_DATE_EPOCH": "1",
        "TMPDIR": str(tmp_path / "temporary"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.chdir(tmp_path / "temporary")

    assert build_bundle(CODE, WITH_BYTECODE, tmp_path / "two" / "b").read_bytes() == first


def test_another_copy_of_the_same_python_builds_the_same_zip(stall: Path, tmp_path: Path) -> None:
    subprocess.run(  # noqa: S603 -- our own interpreter
        [sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True
    )
    other = str(tmp_path / "venv" / "bin" / "python")

    first = build_bundle(CODE, WITH_BYTECODE, tmp_path / "one").read_bytes()
    assert build_bundle(CODE, WITH_BYTECODE, tmp_path / "other", other).read_bytes() == first


_STATEMENTS = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.floats(),
        st.integers(),
        st.binary(max_size=20),
        st.frozensets(st.text(max_size=5), max_size=6),
        st.tuples(st.text(max_size=5), st.text(max_size=5)),
    ).map(lambda value: f"VALUE = {value!r}" if not isinstance(value, frozenset) else _set(value)),
    max_size=5,
)


def _set(values: frozenset[str]) -> str:
    return f"IS = NAME in {{{', '.join(map(repr, values))}}}" if values else "IS = False"


# A build costs the start of a Python, and a module nearly nothing: each example has ten.
@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(_STATEMENTS, min_size=10, max_size=10))
def test_any_source_gives_the_same_bytes_twice(
    stall: Path, tmp_path: Path, modules: list[list[str]]
) -> None:
    for number, statements in enumerate(modules):
        text = "\n".join(["inf = nan = NAME = ''", *statements])
        (stall / f"module_{number}.py").write_text(text, encoding="utf-8")

    one, other = (
        build_bundle(CODE, WITH_BYTECODE, tmp_path / name).read_bytes() for name in ("a", "b")
    )
    assert one == other


def test_third_party_packages_have_their_bytecode_too(
    stall: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = a_lock(tmp_path, a_wheel(tmp_path / "wheels", "prices", text="PRICE = 1\n"))
    monkeypatch.setattr(sys, "executable", a_pip(tmp_path))
    code = FunctionCode(packages=("stall",), requirements=lock)

    found = entries(build_bundle(code, WITH_BYTECODE, tmp_path / "build"))

    assert f"prices/__pycache__/__init__.{TAG}.pyc" in found


def test_what_is_no_python_of_this_version_is_included_as_it_is(
    stall: Path, tmp_path: Path
) -> None:
    (stall / "template.py").write_text("print '{{ name }}'")
    found = entries(build_bundle(CODE, WITH_BYTECODE, tmp_path / "build"))

    assert "stall/template.py" in found
    assert f"stall/__pycache__/template.{TAG}.pyc" not in found
    assert f"stall/__pycache__/handler.{TAG}.pyc" in found


def test_bytecode_counts_against_lambdas_limit(stall: Path, tmp_path: Path) -> None:
    sources = sum(each.stat().st_size for each in stall.rglob("*") if each.is_file())
    with (stall / "model.bin").open("wb") as model:
        model.truncate(50 * 1024**2 - sources)
    build_bundle(CODE, host_target(), tmp_path / "build")

    with pytest.raises(BundleError, match=r"must be at most 50 MB .* got 50 MB; .*/model\.bin "):
        build_bundle(CODE, WITH_BYTECODE, tmp_path / "build")


def test_a_python_that_cannot_compile_is_named(stall: Path, tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no memory >&2; exit 137\n")
    broken.chmod(0o700)

    with pytest.raises(BytecodeError, match=f"{broken} cannot compile the bundle: no memory"):
        build_bundle(CODE, WITH_BYTECODE, tmp_path / "build", str(broken))


def test_of_a_long_error_the_end_is_shown(stall: Path, tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text(f"#!/bin/sh\nprintf '%s' begin{'x' * 1_996}last >&2; exit 1\n")
    broken.chmod(0o700)

    with pytest.raises(BytecodeError, match=r" bundle: x{1996}last$"):
        build_bundle(CODE, WITH_BYTECODE, tmp_path / "build", str(broken))


def test_another_python_than_the_one_asked_for_is_refused() -> None:
    require_builder(platform.python_version())

    with pytest.raises(
        BytecodeError,
        match=rf"bytecode_python is 3\.13\.99, so CPython 3\.13\.99 must build the zips, got "
        rf"CPython {platform.python_version()} \({sys.executable}\); create .* `uv venv --python "
        r"3\.13\.99`, .* or leave bytecode_python out",
    ):
        require_builder("3.13.99")


def test_a_program_that_another_python_runs_is_refused_before_it_deploys() -> None:
    def program() -> None:
        _ = Runtime(bytecode_python=f"{PYTHON_VERSION}.99").bundle_target

    with pytest.raises(BytecodeError, match="got CPython"):
        run_program(program, config={}, mocks=AwsMocks())
    # The emulator compiles for its own Python, whichever that is.
    run_program(program, config={"pulumi-serverless:bundleFor": "host"}, mocks=AwsMocks())


@pytest.mark.parametrize("version", ["3.12.1", "3.13", "3.13.0rc1", "3.130.1", "3x13.1"])
def test_bytecode_that_the_runtime_would_ignore_is_refused(version: str) -> None:
    with pytest.raises(ValueError, match=r"bytecode_python must be a version of Python 3\.13 such"):
        Runtime(bytecode_python=version)


def test_zips_with_and_without_bytecode_do_not_replace_each_other() -> None:
    plain, compiled = (
        lambda_target("3.13", "arm64", has_bytecode=wanted) for wanted in (False, True)
    )
    assert plain == lambda_target("3.13", "arm64")
    assert plain.label != compiled.label


@pytest.mark.skipif(
    sys.version_info[:2] != tuple(map(int, PYTHON_VERSION.split("."))),
    reason=f"needs Python {PYTHON_VERSION}",
)
def test_the_python_that_is_asked_for_builds_for_lambda() -> None:
    def program() -> None:
        runtime = Runtime(bytecode_python=platform.python_version())
        pulumi.export("label", runtime.bundle_target.label)

    exports = run_program(program, config={}, mocks=AwsMocks()).exports
    assert exports["label"] == f"python{PYTHON_VERSION}-arm64-bytecode"
