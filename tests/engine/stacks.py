"""A stack under Pulumi's engine, and what an operation did to its resources."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from pulumi import automation
from pulumi.automation import CommandError, EngineEvent, OpType
from pulumi.automation._stack import StackInitMode

from tests.engine.listing import NAMED, Listing
from tests.engine.projects import Project, entered
from tests.policy.analyzer import PYTHON
from tests.program.programs import ROOT


@dataclass
class Changes:
    """Resources by what the engine did to them, as "name (type)"; unchanged ones are left out."""

    created: set[str] = field(default_factory=set)
    updated: set[str] = field(default_factory=set)
    replaced: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)

    def record(self, event: EngineEvent) -> None:
        """Take in an event of the engine's log."""
        # A preview announces each step, an update reports it when it is done.
        done = event.res_outputs_event or event.resource_pre_event
        if done is None or event.res_op_failed_event:
            return
        metadata = done.metadata
        step = {
            OpType.CREATE: self.created,
            OpType.UPDATE: self.updated,
            OpType.REPLACE: self.replaced,
            OpType.CREATE_REPLACEMENT: self.replaced,
            OpType.DELETE: self.deleted,
        }.get(metadata.op)
        if step is not None:
            step.add(resource_name(metadata.urn))


UNCHANGED = Changes()


def resource_name(urn: str) -> str:
    """A resource as it reads in an assertion: "alarms (aws:sns/topic:Topic)"."""
    *_, types, name = urn.split("::")
    return f"{name} ({types.split('$')[-1]})"


@cache
def _command() -> automation.PulumiCommand:
    """The CLI, whose version is asked for once."""
    return automation.PulumiCommand()


class _Operations(automation.Stack):
    """A stack that asks nothing more of the CLI after an operation, which took as long again."""

    def outputs(self) -> automation.OutputMap:
        """None: `Stack.outputs` reads them when a test wants them."""
        return {}

    def info(self, show_secrets: bool | None = None) -> automation.UpdateSummary:
        """Nothing: what an operation did is in its events."""
        del show_secrets
        return automation.UpdateSummary("", datetime.min, "", {}, {}, "")


class Stack:
    """One stack of a project, in a backend of its own."""

    def __init__(self, project: Project, name: str, environment: Mapping[str, str]) -> None:
        self.project = project
        self.name = name
        project.configure(name, {})
        self._environment = {**os.environ, **environment}
        workspace = automation.LocalWorkspace(
            work_dir=str(project.folder),
            env_vars=dict(environment),
            program=project.program,
            pulumi_command=_command(),
        )
        self._stack = _Operations(name, workspace, StackInitMode.CREATE)

    @property
    def resources(self) -> list[dict[str, Any]]:
        """Every resource in the state, secrets encrypted."""
        return self.exported.get("resources", [])  # type: ignore[no-any-return]

    @property
    def exported(self) -> dict[str, Any]:
        """What `pulumi stack export` prints; the Automation API would show the secrets."""
        done = subprocess.run(  # noqa: S603 -- the CLI, our own arguments
            ["pulumi", "stack", "export", "--stack", self.name],  # noqa: S607 -- found on PATH
            cwd=self.project.folder,
            env=self._environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        exported: dict[str, Any] = json.loads(done.stdout)["deployment"] or {}
        return exported

    @property
    def outputs(self) -> dict[str, Any]:
        """The stack's outputs."""
        outputs = self._stack.workspace.stack_outputs(self.name)
        return {key: output.value for key, output in outputs.items()}

    @property
    def recorded(self) -> Listing:
        """What its state records of the kinds that have names."""
        found: Listing = {}
        for resource in self.resources:
            if resource["type"] in NAMED:
                kind, key = NAMED[resource["type"]]
                found.setdefault(kind, []).append(resource["outputs"][key])
        return {kind: sorted(names) for kind, names in found.items()}

    def configure(self, **changes: Any) -> None:
        """Set settings in the stack's file."""
        self.project.configure(self.name, changes)

    def configure_secret(self, path: str, value: str) -> None:
        """`pulumi config set --secret --path`."""
        secret = automation.ConfigValue(value, secret=True)
        self._stack.set_config(f"{self.project.name}:{path}", secret, path=True)

    def preview(self) -> Changes:
        """`pulumi preview`."""
        return self._run(self._stack.preview)

    def verdicts(self, level: str) -> dict[str, list[str]]:
        """`pulumi preview --policy-pack`: what each rule rejects, by its id."""
        found: dict[str, list[str]] = {}

        def record(event: EngineEvent) -> None:
            if event.policy_event:
                rejected = found.setdefault(event.policy_event.policy_name, [])
                rejected.append(event.policy_event.message.rstrip())

        options = {
            "policy_packs": [str(self._pack_server())],
            "policy_pack_configs": [str(ROOT / "policy" / f"{level}.json")],
        }
        # The preview fails if a mandatory rule rejects something; other failures reject nothing.
        try:
            self._run(self._stack.preview, record, **options)
        except CommandError:
            if not found:
                raise
        return {rule: sorted(messages) for rule, messages in found.items()}

    def _pack_server(self) -> Path:
        """The policy pack as a program, which needs no language host; the engine's address follows.

        https://github.com/pulumi/pulumi/blob/v3.274.1/pkg/resource/plugin/analyzer_plugin.go
        """
        server = self.project.folder / "pack"
        pack = f'"{PYTHON}" -u -m pulumi.policy "$1" "{ROOT / "policy"}"'
        server.write_text(f"#!/bin/sh\nexec {pack}\n")
        server.chmod(0o755)
        return server

    def up(
        self,
        on_event: Callable[[EngineEvent], None] | None = None,
        replace: Sequence[str] = (),
    ) -> Changes:
        """`pulumi up`; `replace` are URNs of resources that are replaced whatever has changed."""
        options = {"replace": list(replace)} if replace else {}
        return self._run(self._stack.up, on_event, **options)

    def refresh(self) -> Changes:
        """`pulumi refresh`."""
        return self._run(self._stack.refresh)

    def preview_destroy(self) -> Changes:
        """`pulumi destroy --preview-only`, with which `pulumi destroy` begins."""
        return self._run(self._stack.preview_destroy)

    def destroy(self) -> Changes:
        """`pulumi destroy`."""
        return self._run(self._stack.destroy)

    def unlock(self) -> None:
        """`pulumi cancel`: what a killed engine needs before the next operation."""
        self._stack.cancel()

    def remove(self) -> None:
        """Destroy what is there, whatever the test has left."""
        with suppress(CommandError):
            self.unlock()
        resources = self.resources
        if any(each.get("protect") for each in resources):
            self.project.unprotect(self.name)
            self.up()
        if resources:
            self.destroy()
        self._stack.workspace.remove_stack(self.name)

    def _run(
        self,
        operation: Callable[..., Any],
        on_event: Callable[[EngineEvent], None] | None = None,
        **options: Any,
    ) -> Changes:
        changes = Changes()

        def record(event: EngineEvent) -> None:
            changes.record(event)
            if on_event is not None:
                on_event(event)

        with entered(self.project):
            operation(on_event=record, color="never", **options)
        return changes
