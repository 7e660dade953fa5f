"""The policy pack as Pulumi's engine runs it: its own process, called over gRPC."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import grpc
import pulumi
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.output import Unknown
from pulumi.runtime import rpc
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from pulumi_serverless.testing import Graph, Resource
from pulumi_serverless.testing.program import STACK_TYPE
from tests.program.programs import ROOT

PYTHON = ROOT / ".venv-policy" / "bin" / "python"
_TIMEOUT_SECONDS = 30

LEVELS = {
    "advisory": analyzer_pb2.ADVISORY,
    "mandatory": analyzer_pb2.MANDATORY,
    "disabled": analyzer_pb2.DISABLED,
}


class Analyzer:
    """Calls the pack as the engine does."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = analyzer_pb2_grpc.AnalyzerStub(channel)

    def rules(self) -> dict[str, int]:
        """The enforcement level of every rule, by its id."""
        info = self._stub.GetAnalyzerInfo(empty_pb2.Empty(), timeout=_TIMEOUT_SECONDS)
        return {policy.name: policy.enforcementLevel for policy in info.policies}

    def configure(self, levels: Mapping[str, str]) -> None:
        """What `--policy-pack-config` does."""
        config = {
            rule: analyzer_pb2.PolicyConfig(enforcementLevel=LEVELS[level])
            for rule, level in levels.items()
        }
        self._stub.Configure(
            analyzer_pb2.ConfigureAnalyzerRequest(policyConfig=config), timeout=_TIMEOUT_SECONDS
        )

    def violations(self, graph: Graph) -> dict[str, list[str]]:
        """What stops an update to this graph: the messages of each rule, by its id."""
        diagnostics = []
        resources = [each for each in graph.all if each.type != STACK_TYPE]
        for resource in resources:
            request = analyzer_pb2.AnalyzeRequest(**_described(resource))
            diagnostics += self._stub.Analyze(request, timeout=_TIMEOUT_SECONDS).diagnostics
        whole = analyzer_pb2.AnalyzeStackRequest(
            resources=[
                analyzer_pb2.AnalyzerResource(
                    **_described(resource),
                    parent=resource.parent,
                    dependencies=resource.dependencies,
                    propertyDependencies={
                        key: analyzer_pb2.AnalyzerPropertyDependencies(urns=urns)
                        for key, urns in resource.property_dependencies.items()
                    },
                )
                for resource in resources
            ]
        )
        diagnostics += self._stub.AnalyzeStack(whole, timeout=_TIMEOUT_SECONDS).diagnostics
        found: dict[str, list[str]] = {}
        for each in diagnostics:
            assert each.enforcementLevel == analyzer_pb2.MANDATORY, each.message
            found.setdefault(each.policyName, []).append(each.message)
        return found


@contextmanager
def analyzer() -> Iterator[Analyzer]:
    """The pack, started as Pulumi's language host starts it, and stopped afterwards."""
    if not PYTHON.exists():
        raise FileNotFoundError("the policy pack has no Python yet; run `make policy`")
    process = subprocess.Popen(  # noqa: S603 -- our own interpreter and arguments
        [PYTHON, "-u", "-m", "pulumi.policy", "127.0.0.1:0", str(ROOT / "policy")],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        port = int(process.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield Analyzer(channel)
    finally:
        process.terminate()
        process.wait(timeout=_TIMEOUT_SECONDS)
        process.stdout.close()


def _described(resource: Resource) -> dict[str, Any]:
    properties = struct_pb2.Struct()
    json_format.ParseDict(_on_the_wire(resource.inputs), properties)
    return {
        "urn": resource.urn,
        "type": resource.type,
        "name": resource.name,
        "properties": properties,
        "options": analyzer_pb2.AnalyzerResourceOptions(
            protect=resource.protect, parent=resource.parent
        ),
    }


def _on_the_wire(value: Any) -> Any:
    if isinstance(value, Unknown):
        return rpc.UNKNOWN
    if isinstance(value, pulumi.FileArchive):
        return {rpc._special_sig_key: rpc._special_archive_sig, "path": value.path}
    if isinstance(value, dict):
        return {key: _on_the_wire(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_on_the_wire(each) for each in value]
    return value
