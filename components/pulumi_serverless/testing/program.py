"""Runs a Pulumi program without the Pulumi CLI and records what it declared.

The program runs the way Pulumi's language host runs it (as `__main__`, inside a stack), against
Pulumi's own mock monitor. What `new_resource` returns decides what the run is: a unit test returns
fake ids, a local deployment creates the resource in an emulator and returns its outputs.

The monitor is stricter than Pulumi's: two resources with one name are an error, as in the engine.
"""

from __future__ import annotations

import asyncio
import contextvars
import runpy
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime import rpc, set_all_config, settings
from pulumi.runtime.mocks import MockEngine, MockMonitor, Mocks, MockSettings
from pulumi.runtime.proto import resource_pb2

from pulumi_serverless.testing.resource import Resource, read_resource
from pulumi_serverless.testing.secrets import without_marks
from pulumi_serverless.testing.settle import settle

_LIBRARY = ("pulumi_serverless", "serverless_runtime")

STACK_TYPE = "pulumi:pulumi:Stack"

Program = Path | Callable[[], Any]


class DuplicateResourceError(Exception):
    """Two resources of one type, parent and name; the Pulumi engine rejects the program."""


class Graph(MockMonitor):
    """Everything one run of a program declared, in the order of registration."""

    all: list[Resource]
    """Every resource, the stack itself included."""

    def __init__(self, mocks: Mocks) -> None:
        super().__init__(mocks)
        self.all = []
        self._by_urn: dict[str, Resource] = {}
        self._lock = threading.Lock()
        self._of_thread = threading.local()

    @property
    def registering(self) -> Resource:
        """What the mocks' `new_resource` is called for; it runs in the thread that registers."""
        resource: Resource = self._of_thread.resource
        return resource

    @property
    def exports(self) -> dict[str, Any]:
        """The stack's outputs."""
        # A program registers its stack before anything else.
        return self.all[0].outputs

    def of_type(self, resource_type: str) -> list[Resource]:
        """Every resource of the type, e.g. "aws:sqs/queue:Queue"."""
        return [found for found in self.all if found.type == resource_type]

    def only(self, resource_type: str) -> Resource:
        """The one resource of the type; LookupError names what there is if not exactly one."""
        found = self.of_type(resource_type)
        if len(found) != 1:
            raise LookupError(f"expected one {resource_type}, found {[r.name for r in found]}")
        return found[0]

    def named(self, name: str, resource_type: str | None = None) -> Resource:
        """The one resource with this logical name (and type, where a component shares it)."""
        found = [r for r in self.all if r.name == name and resource_type in (None, r.type)]
        if len(found) != 1:
            raise LookupError(f"expected one resource {name}, found {[r.type for r in found]}")
        return found[0]

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """Build a URN by the engine's rule; the mock monitor's keeps the nearest parent only."""
        if parent:
            qualified = parent.split("::", 3)[2]
            if qualified != STACK_TYPE:
                type_ = f"{qualified}${type_}"
        return f"urn:pulumi:{settings.get_stack()}::{settings.get_project()}::{type_}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 -- name set by gRPC
        """Record a resource, and let the mocks create it."""
        self._need_event_loop()
        plain, secret_inputs = without_marks(request.object)
        request.object.CopyFrom(plain)
        self._of_thread.resource = self._record(request, secret_inputs)
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]

    def ReadResource(self, request: Any) -> Any:  # noqa: N802 -- name set by gRPC
        """Let the mocks find a resource that another program made."""
        self._need_event_loop()
        return super().ReadResource(request)  # type: ignore[no-untyped-call]

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 -- name set by gRPC
        """Record what a component, or the stack, registers as its outputs."""
        self._need_event_loop()
        plain, _ = without_marks(request.outputs)
        outputs = rpc.deserialize_properties(plain, keep_unknowns=True)
        with self._lock:
            self._by_urn[request.urn].outputs = outputs
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]

    def GetDeploymentInfo(self, request: Any) -> Any:  # noqa: N802 -- name set by gRPC
        """Leave out references: a resource that is an input arrives as its id, as in providers."""
        info = super().GetDeploymentInfo(request)  # type: ignore[no-untyped-call]
        info.supportedFeatures.remove(resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES)
        return info

    def Invoke(self, request: Any) -> Any:  # noqa: N802 -- name set by gRPC
        """Let the mocks respond to a provider's function."""
        self._need_event_loop()
        return super().Invoke(request)  # type: ignore[no-untyped-call]

    def _need_event_loop(self) -> None:
        """Give this thread an event loop for Pulumi's (de)serialisers; worker threads have none."""
        if not hasattr(self._of_thread, "event_loop"):
            self._of_thread.event_loop = _EventLoop()

    def _record(self, request: Any, secret_inputs: list[str]) -> Resource:
        urn = self.make_urn(request.parent, request.type, request.name)
        resource = read_resource(urn, request, secret_inputs)
        with self._lock:
            if resource.urn in self._by_urn:
                raise DuplicateResourceError(
                    f"duplicate resource {resource.urn}; give it another name"
                )
            self._by_urn[resource.urn] = resource
            self.all.append(resource)
        return resource


class _EventLoop:
    """The event loop of a thread, closed when the thread ends and drops what is its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)

    def __del__(self) -> None:
        self._loop.close()


def run_program(
    program: Program,
    *,
    project: str = "test",
    stack: str = "unit",
    config: Mapping[str, str] | None = None,
    secret_keys: Sequence[str] = (),
    mocks: Mocks | Graph,
    preview: bool = False,
) -> Graph:
    """Run `program` (a folder with `__main__.py`, or a function) and return its record.

    `config` maps full keys ("project:key", "aws:region") to values as the engine passes them:
    text, with lists and objects as JSON; `secret_keys` are those that are secret. `mocks` may be a
    graph that was made of some. With `preview`, what a mock leaves out is unknown.
    Raises what the program raises, and DuplicateResourceError.
    """
    graph = mocks if isinstance(mocks, Graph) else Graph(mocks)

    def body() -> None:
        settings.reset_options()
        settings.configure(_settings(graph, project, stack, preview))
        set_all_config(dict(config or {}), list(secret_keys))
        with _fresh_modules(program):
            asyncio.run(_run_in_stack(program, graph))

    # Pulumi keeps its settings in context variables: a copy keeps runs apart. It also reads the
    # whole stack for every resource: that of a thread is short, while a test's is not.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(contextvars.copy_context().run, body).result()
    return graph


def _settings(graph: Graph, project: str, stack: str, preview: bool) -> MockSettings:
    features = graph.GetDeploymentInfo(empty_pb2.Empty()).supportedFeatures
    return MockSettings(
        monitor=graph,
        monitor_features=set(features),
        engine=MockEngine(None),
        project=project,
        stack=stack,
        dry_run=preview,
        organization="organization",
        root_directory=".",
        callbacks=None,
        outputs=set(),
        lock=threading.Lock(),
        package_refs={},
        base_providers_by_ref={},
        legacy_apply_enabled=False,
        parallel=4,
    )


async def _run_in_stack(program: Program, graph: Graph) -> None:
    loop = asyncio.get_running_loop()
    # The first error is raised from here. Pulumi leaves others in futures that are never awaited,
    # and asyncio would log each when it is collected, in the middle of whatever runs then.
    loop.set_exception_handler(lambda _loop, _context: None)
    if getattr(graph.mocks, "responds_at_once", False):
        # One thread is enough for them, and to start more took a tenth of the time of a program.
        # What they have made is of no use if the program raises.
        loop.set_default_executor(ThreadPoolExecutor(1))
        await _run_until_it_raises(program)
    else:
        await pulumi.runtime.run_in_stack(lambda: _execute(program))


async def _run_until_it_raises(program: Program) -> None:
    """Run it, and leave off where it raises: Pulumi would wait for all that was declared before,
    which takes most of the time of such a run."""
    raised: list[BaseException] = []

    async def attempt() -> None:
        try:
            await _execute(program)
        except BaseException as error:
            raised.append(error)
            running.cancel()
            raise

    running = asyncio.ensure_future(pulumi.runtime.run_in_stack(attempt))
    await asyncio.wait([running])
    if raised:
        raise raised[0]
    running.result()


async def _execute(program: Program) -> None:
    if isinstance(program, Path):
        runpy.run_path(str(program), run_name="__main__")
    else:
        program()
    await settle()


@contextmanager
def _fresh_modules(program: Program) -> Iterator[None]:
    """Keep apart what two programs import by one name: each finds its own, and leaves nothing."""
    hidden = _of_other_programs(program.resolve()) if isinstance(program, Path) else {}
    for name in hidden:
        del sys.modules[name]
    before = set(sys.modules)
    try:
        yield
    finally:
        if isinstance(program, Path):
            for name in set(sys.modules) - before:
                if _is_own(name, program.resolve()):
                    del sys.modules[name]
        sys.modules.update(hidden)


def _of_other_programs(program: Path) -> dict[str, ModuleType]:
    """Modules from elsewhere that have the name of one in the program's folder, or are in it."""
    own = {path.stem for path in program.glob("*.py")} - {"__main__"}
    own |= {path.parent.name for path in program.glob("*/__init__.py")}
    return {
        name: module
        for name, module in sys.modules.items()
        if name.partition(".")[0] in own.difference(_LIBRARY) and not _is_own(name, program)
    }


def _is_own(module_name: str, program: Path) -> bool:
    """Whether a module is the program's own: below its folder, not installed, not the library."""
    source = Path(getattr(sys.modules[module_name], "__file__", None) or "/").resolve()
    return (
        source.is_relative_to(program)
        and "site-packages" not in source.parts
        and module_name.partition(".")[0] not in _LIBRARY
    )
