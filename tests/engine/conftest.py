"""One emulator and its provider for all stacks, which are deployed one after the other."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from local.deployed import running_instance
from local.emulator.clients import Clients
from local.engine.grpc_server import serving
from local.engine.provider import Provider
from tests.engine.projects import Project
from tests.engine.stacks import Stack
from tests.program.programs import ROOT

MakeStack = Callable[..., Stack]


@pytest.fixture(scope="session")
def clients() -> Iterator[Clients]:
    """Of an empty emulator."""
    if shutil.which("pulumi") is None:
        pytest.fail("these tests need the Pulumi CLI on PATH; `make engine` finds or builds it")
    with running_instance("engine") as emulator:
        yield emulator.client


@pytest.fixture(scope="session")
def attached(
    clients: Clients, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """The environment in which the CLI reaches the provider, and nothing of this user's."""
    home = tmp_path_factory.mktemp("pulumi-home")
    states = tmp_path_factory.mktemp("states")
    with serving(Provider(clients), states) as port:
        yield {
            "PULUMI_DEBUG_PROVIDERS": f"aws:{port}",
            "PULUMI_BACKEND_URL": states.as_uri(),
            "PULUMI_HOME": str(home),
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }


@pytest.fixture
def make_stack(attached: dict[str, str], tmp_path: Path) -> Iterator[MakeStack]:
    """Makes a stack of a project, and removes it afterwards: make_stack("local", ROOT)."""
    with _making_stacks(attached, tmp_path) as make:
        yield make


@pytest.fixture(scope="module")
def make_stacks(
    attached: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MakeStack]:
    """The same for all tests of a file."""
    with _making_stacks(attached, tmp_path_factory.mktemp("stacks")) as make:
        yield make


@contextmanager
def _making_stacks(attached: dict[str, str], parent: Path) -> Iterator[MakeStack]:
    with ExitStack() as made:

        def make(name: str, source: Path = ROOT) -> Stack:
            folder = parent / f"{source.name}-{name}"
            folder.mkdir()
            stack = Stack(Project(source, folder), name, attached)
            made.callback(stack.remove)
            return stack

        yield make


@pytest.fixture(autouse=True, scope="session")
def _no_settings_of_this_shell() -> None:
    """A user's own backend and stack stay out of it."""
    for name in list(os.environ):
        if name.startswith("PULUMI_") and name != "PULUMI_ERROR_OUTPUT_STRING":
            del os.environ[name]
