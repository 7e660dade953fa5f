"""One run of a program: what it registers is created, updated or replaced at once."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pulumi
from botocore.exceptions import BotoCoreError, ClientError
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks

from local.emulator.clients import REGION
from local.engine import schema
from local.engine.assets import AssetError, content_hash, known, located
from local.engine.change import Change, counted
from local.engine.program_errors import ProgramError
from local.engine.provider import Provider, UnsupportedError
from local.engine.resource_types import Created
from local.engine.state import Entry, State
from pulumi_serverless.testing import Graph, Resource

_PROVIDERS = "pulumi:providers:"
_SEED_BYTES = 32
_CALLS_AT_A_TIME = 4


class Deployment(Mocks):
    """One run of a program: what it registers is created or updated at once."""

    def __init__(
        self,
        provider: Provider,
        state: State,
        say: Callable[[str], None],
        save: Callable[[State], None],
        folder: Path,
    ) -> None:
        self.graph = Graph(self)
        self.changes: list[Change] = []
        self._provider = provider
        self._state = state
        self._say = say
        self._save = save
        self._folder = folder
        self._registered: set[str] = set()
        self._names: dict[tuple[str, str], Resource] = {}
        self._found: dict[str, Created] = {}
        self._refresh: Future[None] = Future()
        # Pulumi registers from several threads, which does not make the emulator faster.
        self._lock = threading.Lock()

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """Create, update or replace one resource, or read one that another program made."""
        inputs = {name: located(value, self._folder) for name, value in args.inputs.items()}
        # Pulumi calls with an id, and not as custom, for what a program reads by `get`.
        if args.resource_id and not args.custom:
            return self._existing(args, inputs)
        if not args.custom:
            return None, inputs
        if args.typ.startswith(_PROVIDERS):
            if inputs.get("region") not in (None, REGION):
                raise UnsupportedError(
                    f"{args.typ} '{args.name}': the emulator has only the region {REGION}, got "
                    f"{inputs['region']}"
                )
            return args.name, inputs
        if args.resource_id:
            raise UnsupportedError(
                f"{args.typ} '{args.name}': importing needs the Pulumi engine; leave out import_"
            )
        with self._lock:
            self._refresh.result()
            entry = self._register(self.graph.registering, inputs)
        return entry.id, entry.outputs

    # Pulumi declares a tuple here and accepts a plain dict only.
    def call(self, args: MockCallArgs) -> dict[Any, Any]:  # type: ignore[override]
        """Return the result of a lookup; UnsupportedError names one that has none."""
        return self._provider.invoke(args.token, args.args)

    @contextmanager
    def refreshing(self) -> Iterator[None]:
        """Read the existing resources while the program starts; its first resource waits for
        this."""
        with ThreadPoolExecutor(1) as pool:
            self._refresh = pool.submit(self._find_all)
            yield
            self._refresh.result()

    def _find_all(self) -> None:
        """Refresh the existing resources; forget those that were deleted by hand."""
        for urn, entry in list(self._state.items()):
            if entry.pending:
                self._provider.abandon(entry.type, entry.inputs)
                del self._state[urn]
        with ThreadPoolExecutor(_CALLS_AT_A_TIME) as pool:
            found = list(pool.map(self._read, self._state.values()))
        for urn, now in zip(list(self._state), found, strict=True):
            if now is None:
                del self._state[urn]
            else:
                self._found[urn] = now

    def _read(self, entry: Entry) -> Created | None:
        # The SDK's modules take long to import.
        schema.properties(entry.type)
        return self._provider.read(entry.type, entry.id, entry.inputs)

    def delete_leftovers(self) -> None:
        """Delete what the program no longer declares."""
        leftovers = [urn for urn in self._state if urn not in self._registered]
        protected = [urn for urn in leftovers if self._state[urn].protect]
        if protected:
            raise ProgramError(
                f"the program no longer declares {', '.join(protected)}, which is protected; "
                "declare it with protect=False first, then leave it out"
            )
        for urn in self._state.deletion_order(leftovers):
            self._delete(urn)
            self._done(Change("deleted", urn))

    def say_counts(self) -> None:
        """Sum up what was done; nothing if nothing was."""
        if self.changes:
            touched = {change.urn for change in self.changes}
            self._say(counted(self.changes, unchanged=len(self._registered - touched)))

    def _existing(
        self, args: MockResourceArgs, inputs: dict[str, Any]
    ) -> tuple[str, dict[str, Any]]:
        found = self._provider.read(args.typ, str(args.resource_id), inputs)
        if found is None:
            raise ProgramError(f"{args.typ} '{args.name}': there is no {args.resource_id}")
        return found.id, found.outputs

    def _register(self, resource: Resource, inputs: dict[str, Any]) -> Entry:
        old = self._refreshed(resource.urn)
        checked = self._checked(resource, inputs, old)
        self._require_own_name(resource, checked)
        self._registered.add(resource.urn)
        try:
            if old is None:
                self._create(resource, checked)
                self._done(Change("created", resource.urn))
            else:
                self._change(resource, old, inputs, checked)
        except (ClientError, BotoCoreError, AssetError, ValueError) as error:
            raise ProgramError(f"{resource.type} resource '{resource.name}': {error}") from error
        return self._state[resource.urn]

    def _create(self, resource: Resource, checked: dict[str, Any]) -> None:
        # Recorded beforehand: if the process is killed now, the state shows what may exist.
        self._remember(resource, checked, Created("", {}), pending=True)
        self._save(self._state)
        try:
            created = self._provider.create(resource.type, checked)
        except Exception:
            del self._state[resource.urn]
            raise
        self._remember(resource, checked, created)

    def _require_own_name(self, resource: Resource, checked: dict[str, Any]) -> None:
        name = self._provider.physical_name(resource.type, checked)
        if name is None:
            return
        other = self._names.setdefault((resource.type, name), resource)
        if other.urn != resource.urn:
            # Which of them the engine sees first is a race of the program's own threads.
            first, second = sorted((other.name, resource.name))
            raise ProgramError(
                f"{resource.type} resources '{first}' and '{second}' must have different names in "
                f"AWS, both are named '{name}'"
            )

    def _refreshed(self, urn: str) -> Entry | None:
        """The existing resources; inputs that were changed by hand have their current values."""
        old = self._state.get(urn)
        if old is None:
            return None
        found = self._found[urn]
        properties = schema.properties(old.type)
        changed = {
            name: value
            for name, value in found.outputs.items()
            if name in properties and value != old.outputs.get(name)
        }
        return Entry(**{**vars(old), "inputs": {**old.inputs, **changed}, "outputs": found.outputs})

    def _change(
        self, resource: Resource, old: Entry, inputs: dict[str, Any], checked: dict[str, Any]
    ) -> None:
        for name in resource.ignore_changes:
            checked[name] = old.inputs.get(name)
        diff = self._provider.diff(resource.type, old.inputs, checked)
        forced = [name for name in diff.changed if name in resource.replace_on_changes]
        if diff.replaces or forced:
            self._replace(resource, old, inputs)
            self._done(Change("replaced", resource.urn, tuple(diff.replaces or forced)))
        elif diff.changed:
            outputs = self._provider.update(resource.type, old.id, old.inputs, checked)
            self._remember(resource, checked, Created(old.id, outputs))
            self._done(Change("updated", resource.urn, tuple(diff.changed)))
        else:
            self._remember(resource, checked, Created(old.id, old.outputs))

    def _replace(self, resource: Resource, old: Entry, inputs: dict[str, Any]) -> None:
        if old.protect:
            raise ProgramError(
                f"{resource.type} '{resource.name}' would have to be replaced, but is protected; "
                "declare it with protect=False first"
            )
        doomed = self._replaced_with(resource.urn)
        for urn in self._state.deletion_order(doomed):
            self._delete(urn)
        # A new name: the old one may still be in use, or not be free immediately.
        self._create(resource, self._checked(resource, inputs, None))

    def _replaced_with(self, urn: str) -> set[str]:
        """This resource, and those that must be replaced because they use a value of it."""
        doomed, waiting = {urn}, [urn]
        while waiting:
            current = waiting.pop()
            for other in set(self._state.dependents(current)) - doomed - self._registered:
                entry = self._state[other]
                unknown = {
                    name: schema.UNKNOWN
                    for name, urns in entry.property_dependencies.items()
                    if current in urns
                }
                changed = {**entry.inputs, **unknown}
                if self._provider.diff(entry.type, entry.inputs, changed).replaces:
                    doomed.add(other)
                    waiting.append(other)
        return doomed

    def _checked(
        self, resource: Resource, inputs: dict[str, Any], old: Entry | None
    ) -> dict[str, Any]:
        seed = secrets.token_bytes(_SEED_BYTES)
        before = old.inputs if old else None
        checked = self._provider.check(resource.type, resource.name, inputs, before, seed)
        if checked.failures:
            reasons = "; ".join(failure.reason for failure in checked.failures)
            raise ProgramError(
                f"{resource.type} resource '{resource.name}' has a problem: {reasons}"
            )
        return checked.inputs

    def _remember(
        self, resource: Resource, inputs: dict[str, Any], made: Created, *, pending: bool = False
    ) -> None:
        # The newest last: the state has the program's order.
        self._state.pop(resource.urn, None)
        self._state[resource.urn] = Entry(
            type=resource.type,
            id=made.id,
            inputs={name: _with_hash(value) for name, value in inputs.items()},
            outputs={name: _with_hash(value) for name, value in made.outputs.items()},
            dependencies=resource.dependencies,
            property_dependencies=resource.property_dependencies,
            pending=pending,
            protect=resource.protect,
            retain_on_delete=resource.retain_on_delete,
            deleted_with=resource.deleted_with,
        )

    def _delete(self, urn: str) -> None:
        entry = self._state[urn]
        goes_anyway = entry.deleted_with and entry.deleted_with not in self._registered
        if not entry.retain_on_delete and not goes_anyway:
            self._provider.delete(entry.type, entry.id, entry.inputs)
        del self._state[urn]

    def _done(self, change: Change) -> None:
        self.changes.append(change)
        self._save(self._state)
        self._say(str(change))


def _with_hash(value: Any) -> Any:
    """An asset keeps the hash that its content has now: its files may change."""
    if isinstance(value, pulumi.Asset | pulumi.Archive):
        return known(value, content_hash(value))
    return value
