"""The peer is taken from a checkout that is only read, and bundled as its CDK program does."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.peer_bundle import (
    CHECKOUT_VARIABLE,
    PeerError,
    checkout_from,
    esbuild_command,
    esbuild_version,
    peer_bundles,
)

LOCK = json.dumps({"packages": {"node_modules/esbuild": {"version": "0.27.2"}}})
FILES = {
    "task-service/src/handlers/create-task.ts": "",
    "task-service/package-lock.json": "{}",
    "task-service/infrastructure/package-lock.json": LOCK,
    "notification-service/src/handlers/send-notification.ts": "",
    "notification-service/package-lock.json": "{}",
}

# Says what it was called with. `npm install` leaves an esbuild that does so, too.
NPM = """#!/bin/sh
echo "npm $*" >> "$CALLS"
mkdir -p node_modules/.bin
cat > node_modules/.bin/esbuild <<'END'
#!/bin/sh
echo "esbuild $*" >> "$CALLS"
for each in "$@"; do case $each in --outfile=*) out=${each#*=};; esac; done
mkdir -p "$(dirname "$out")"
echo "$2" > "$out"
echo map > "$out.map"
END
chmod +x node_modules/.bin/esbuild
"""
NODE = """#!/bin/sh
echo "node $*" >> "$CALLS"
echo v24.1.0
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    for name, text in FILES.items():
        file = folder / "patterns" / "internal-handoff" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "calls"
    monkeypatch.setenv("CALLS", str(file))
    return file


@pytest.fixture
def programs(tmp_path: Path) -> str:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, script in {"npm": NPM, "node": NODE}.items():
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    return f"{folder}{os.pathsep}{os.defpath}"


def names_in(archive: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(archive)).namelist()


def test_without_a_checkout_there_is_no_peer() -> None:
    assert checkout_from({}) is None
    assert checkout_from({CHECKOUT_VARIABLE: ""}) is None


def test_a_checkout_is_taken_as_it_is(checkout: Path) -> None:
    assert checkout_from({CHECKOUT_VARIABLE: str(checkout)}) == checkout


@pytest.mark.parametrize("missing", FILES)
def test_a_folder_that_lacks_a_part_of_the_peer_is_refused(checkout: Path, missing: str) -> None:
    part = Path("patterns", "internal-handoff", missing)
    (checkout / part).unlink()

    with pytest.raises(PeerError) as refused:
        checkout_from({CHECKOUT_VARIABLE: str(checkout)})

    assert f"{checkout} has no {part}" in str(refused.value)
    assert "clone it there, or unset the variable" in str(refused.value)


def test_the_command_ends_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(CHECKOUT_VARIABLE, str(tmp_path))

    assert main(["end-to-end"]) == 1
    assert f"{CHECKOUT_VARIABLE} must be a checkout of" in capsys.readouterr().err


def test_the_help_tells_of_the_checkout(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])

    assert f"{CHECKOUT_VARIABLE}=FOLDER" in capsys.readouterr().out


def test_an_unknown_name_is_refused_with_the_known_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["speed"])

    assert "unknown: speed; known are check, count" in capsys.readouterr().err


def test_it_is_bundled_as_its_cdk_program_does() -> None:
    command = esbuild_command(Path("esbuild"), Path("src/create.ts"), Path("out/index.js"))

    assert command[:3] == ["esbuild", "--bundle", "src/create.ts"]
    assert {"--minify", "--sourcemap", "--target=node24", "--platform=node"} < set(command)
    assert [each for each in command if "external" in each] == ["--external:@aws-sdk/*"]
    assert "--outfile=out/index.js" in command


def test_both_functions_are_bundled_beside_the_checkout(
    checkout: Path, calls: Path, programs: str
) -> None:
    before = sorted(checkout.rglob("*"))

    with peer_bundles(checkout, programs) as bundles:
        assert names_in(bundles.create_task) == ["index.js", "index.js.map"]
        assert names_in(bundles.send_notification) == ["index.js", "index.js.map", "witness.js"]
        assert bundles.node_version == "v24.1.0"
        assert bundles.node_modules.is_dir()

    assert not bundles.node_modules.exists()
    assert sorted(checkout.rglob("*")) == before
    called = calls.read_text()
    assert called.count("npm ci --omit=dev --ignore-scripts") == 2
    assert "esbuild@0.27.2" in called
    assert "esbuild --bundle src/handlers/create-task.ts" in called
    assert "esbuild --bundle src/handlers/send-notification.ts" in called
    assert 'require("@aws-sdk/client-lambda")' in called


@pytest.mark.usefixtures("calls")
def test_what_a_program_says_when_it_fails_is_shown(checkout: Path, programs: str) -> None:
    npm = Path(programs.split(os.pathsep, maxsplit=1)[0], "npm")
    npm.write_text("#!/bin/sh\necho no such package >&2\nexit 1\n")

    with (
        pytest.raises(PeerError, match=r"(?s)npm install .* failed:.*no such package"),
        peer_bundles(checkout, programs),
    ):
        pass


def test_a_missing_program_is_named(checkout: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(PeerError, match=r"needs node in one of .*; install Node\.js"),
        peer_bundles(checkout, str(tmp_path)),
    ):
        pass


@pytest.mark.parametrize("text", ["", "{}", '{"packages": []}', '{"packages": {}}'])
def test_a_lock_that_does_not_pin_esbuild_is_refused(tmp_path: Path, text: str) -> None:
    lock = tmp_path / "package-lock.json"
    lock.write_text(text)

    with pytest.raises(PeerError, match=r"must pin the version of esbuild, .* fresh checkout"):
        esbuild_version(lock)
