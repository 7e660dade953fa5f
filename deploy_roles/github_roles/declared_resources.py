"""What the main program declares in one stack: found by running it under mocks, not listed here."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_serverless.testing import Graph


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What permissions for a stack are made from."""

    project: str
    stack: str

    names: Mapping[str, Sequence[str]]
    """For each type of resource, the names of the components (or resources) directly below the
    stack that have one. Pulumi begins a physical name with the logical one, and a component begins
    its children's with its own, so such a name stands for everything below it."""


@functools.cache
def declared(program: Path, stack: str) -> Declared:
    """Run the program of a folder for a stack, in its own process.

    Raises RuntimeError with what the program wrote if it fails.
    """
    roots = [program, program / "components", program / "lambdas", Path(__file__).parents[1]]
    done = subprocess.run(  # noqa: S603 -- our own interpreter and module
        [sys.executable, "-m", "github_roles.declared_resources", str(program), stack],
        cwd=program,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, roots))},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"stack {stack} of {program} cannot be run:\n{done.stderr[-3000:]}")
    return Declared(**json.loads(done.stdout.splitlines()[-1]))


def _run(program: Path, stack: str) -> Declared:
    # Only here: the roles' own program needs neither.
    from local.program.project import read_project  # noqa: PLC0415
    from pulumi_serverless.testing import AwsMocks, run_program  # noqa: PLC0415

    project = read_project(program)
    graph = run_program(
        program, project=project.name, stack=stack, config=project.config(stack), mocks=AwsMocks()
    )
    return declared_in(graph, project.name, stack)


def declared_in(graph: Graph, project: str, stack: str) -> Declared:
    """What a run of the program declared."""
    parents = {each.urn: each.parent for each in graph.all}
    names = {each.urn: each.name for each in graph.all}

    def top(urn: str) -> str:
        # The stack itself has no parent.
        return top(parents[urn]) if parents[parents[urn]] else names[urn]

    found: defaultdict[str, set[str]] = defaultdict(set)
    for each in graph.all:
        if each.custom and each.parent:
            found[each.type].add(top(each.urn))
    by_type = {type_: sorted(found[type_]) for type_ in sorted(found)}
    return Declared(project=project, stack=stack, names=by_type)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(_run(Path(sys.argv[1]), sys.argv[2]))) + "\n")
