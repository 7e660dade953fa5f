"""What a program declares, as the boxes of its picture."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pulumi.runtime import MockResourceArgs

from local.errors import ExpectedError
from local.program.child_process import start
from local.program.project import Project, read_project
from local.program.run_in_own_process import run_project
from pulumi_serverless.testing import AwsMocks, Graph, Resource, UnmockedCallError

FUNCTION = "aws:lambda/function:Function"
SCHEDULE = "aws:scheduler/schedule:Schedule"
TOPIC = "aws:sns/topic:Topic"
EMAIL_IDENTITY = "aws:sesv2/emailIdentity:EmailIdentity"

OUTSIDE = "outside"
"""The kind of what the program does not declare: its callers, and whom it notifies."""

_KINDS = {
    "aws:apigatewayv2/api:Api": "API",
    "aws:apigateway/restApi:RestApi": "API",
    FUNCTION: "function",
    "aws:dynamodb/table:Table": "table",
    "aws:sqs/queue:Queue": "queue",
    TOPIC: "topic",
    "aws:kinesis/stream:Stream": "stream",
    "aws:s3/bucket:Bucket": "bucket",
    "aws:s3/bucketV2:BucketV2": "bucket",
    "aws:cloudwatch/eventBus:EventBus": "event bus",
    "aws:cloudwatch/eventRule:EventRule": "rule",
    "aws:sfn/stateMachine:StateMachine": "state machine",
    EMAIL_IDENTITY: OUTSIDE,
    SCHEDULE: "schedule",
}
_STACKS = ("local", "dev")


class PictureError(ExpectedError):
    """A program or a page that cannot be used; the message says what to change."""


class Box(NamedTuple):
    """One box, or several resources of one kind that share it."""

    kind: str
    names: tuple[str, ...]
    note: str = ""

    @property
    def is_clock(self) -> bool:
        """Whether it starts its targets at set times: a schedule, a rule with an expression."""
        return self.kind in ("schedule", "rule") and self.note != ""


class Declared:
    """A program's resources, and which of them are boxes."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._by_urn = {each.urn: each for each in graph.all}
        self.boxes = {each.urn: _box(each) for each in graph.all if each.type in _KINDS}

    def of_type(self, *resource_types: str) -> Iterator[Resource]:
        """Yield the resources of these types."""
        for each in resource_types:
            yield from self._graph.of_type(each)

    def resources(self, resource: Resource, *inputs: str) -> Iterator[Resource]:
        """Yield the resources whose outputs are in these inputs."""
        for name in inputs:
            for urn in resource.property_dependencies.get(name, ()):
                if urn in self._by_urn:
                    yield self._by_urn[urn]

    def ends(self, resource: Resource, *inputs: str) -> list[Box]:
        """The boxes whose outputs are in these inputs."""
        found = self.resources(resource, *inputs)
        return [self.boxes[each.urn] for each in found if each.urn in self.boxes]

    def named_in(self, text: str, candidates: Iterable[Resource]) -> Box | None:
        """The candidate that a text, such as an ARN with a suffix, refers to."""
        named = [
            (len(_arn(each.type, each.name)), self.boxes[each.urn])
            for each in candidates
            if each.urn in self.boxes and _arn(each.type, each.name) in text
        ]
        return max(named)[1] if named else None


class PictureMocks(AwsMocks):
    """Every ARN names the type, too: a queue and a table may have the same logical name."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        resource_id, outputs = super().new_resource(args)
        arn = {"arn": _arn(args.typ, args.name)} if args.custom else {}
        return resource_id, {**outputs, **arn}


def read_program(
    folder: Path, stack: str | None = None, python: Path = Path(sys.executable)
) -> Declared:
    """Run the program in `folder` with `python`, and deploy nothing; with no stack, local or dev.

    Raises PictureError, ProjectError and ProgramFailedError.
    """
    project = read_project(folder)
    chosen = choose_stack(project, stack)
    graph = Graph(PictureMocks())
    try:
        process = start(project, chosen, project.config(chosen), python, environment={})
        run_project(project, chosen, process, graph)
    except UnmockedCallError as error:
        raise PictureError(f"a picture needs no account, but {error}") from None
    return Declared(graph)


def choose_stack(project: Project, stack: str | None = None) -> str:
    """The stack that is drawn: with none given, local or dev. PictureError if it has no file."""
    found = sorted(file.name.split(".")[1] for file in project.folder.glob("Pulumi.*.yaml"))
    if stack is not None and stack not in found:
        raise PictureError(
            f"--stack must be one of those that {project.folder} has a file for "
            f"({', '.join(found) or 'none'}), got {stack}"
        )
    return stack or next((each for each in (*_STACKS, *found) if each in found), _STACKS[0])


def _box(resource: Resource) -> Box:
    if resource.type == EMAIL_IDENTITY:
        return Box(OUTSIDE, ("email",), f"from {resource.inputs.get('emailIdentity')}")
    note = resource.inputs.get("scheduleExpression") or ""
    return Box(_KINDS[resource.type], (resource.name,), str(note))


def _arn(resource_type: str, name: str) -> str:
    return f"arn:{resource_type}:{name}"
