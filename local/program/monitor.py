"""Serves a recording of a program as the resource monitor that the program's process talks to."""

# ruff: noqa: N802 -- gRPC names the methods

from __future__ import annotations

import contextvars
import sys
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime import Settings, configure
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    resource_pb2,
    resource_pb2_grpc,
)

from pulumi_serverless.testing import Graph

_MEGABYTE = 1024 * 1024
_MAX_MESSAGE_BYTES = 400 * _MEGABYTE
"""As Pulumi's own engine allows."""

_THREADS = 16


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    """Passes each call to the recording, and keeps the first error that it raised."""

    def __init__(self, graph: Graph, context: contextvars.Context) -> None:
        self._graph = graph
        self._context = context
        self.error: Exception | None = None

    def RegisterResource(self, request: Any, context: Any) -> Any:
        return self._pass_on(self._graph.RegisterResource, request, context)

    def RegisterResourceOutputs(self, request: Any, context: Any) -> Any:
        return self._pass_on(self._graph.RegisterResourceOutputs, request, context)

    def ReadResource(self, request: Any, context: Any) -> Any:
        return self._pass_on(self._graph.ReadResource, request, context)

    def Invoke(self, request: Any, context: Any) -> Any:
        return self._pass_on(self._graph.Invoke, request, context)

    def GetDeploymentInfo(self, request: Any, context: Any) -> Any:
        return self._pass_on(self._graph.GetDeploymentInfo, request, context)

    def SupportsFeature(self, request: Any, context: Any) -> Any:
        found = self._pass_on(self._graph.SupportsFeature, request, context)
        return resource_pb2.SupportsFeatureResponse(hasSupport=found.hasSupport)

    def RegisterPackage(self, request: Any, context: Any) -> Any:
        return self._pass_on(self._graph.RegisterPackage, request, context)

    def SignalAndWaitForShutdown(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def _pass_on(self, call: Callable[[Any], Any], request: Any, context: Any) -> Any:
        try:
            # Pulumi's settings are context variables; a thread of the server has none.
            return self._context.copy().run(call, request)
        except Exception as error:
            self.error = self.error or error
            context.abort(grpc.StatusCode.UNKNOWN, str(error))


class _Engine(engine_pb2_grpc.EngineServicer):
    """Shows what the program logs, on standard error."""

    def __init__(self) -> None:
        self._root_urn = ""

    def Log(self, request: Any, context: Any) -> Any:
        if request.severity != engine_pb2.DEBUG and request.message:
            severity = engine_pb2.LogSeverity.Name(request.severity)
            sys.stderr.write(f"{severity}: {request.message}\n")
        return empty_pb2.Empty()

    def SetRootResource(self, request: Any, context: Any) -> Any:
        self._root_urn = request.urn
        return engine_pb2.SetRootResourceResponse()

    def GetRootResource(self, request: Any, context: Any) -> Any:
        return engine_pb2.GetRootResourceResponse(urn=self._root_urn)


@contextmanager
def serving_monitor(graph: Graph, *, project: str, stack: str) -> Iterator[tuple[Monitor, str]]:
    """Serve the recording on a free port of 127.0.0.1; yield the monitor and its address."""
    context = contextvars.copy_context()
    context.run(lambda: configure(Settings(project=project, stack=stack)))
    monitor = Monitor(graph, context)
    server = grpc.server(
        futures.ThreadPoolExecutor(_THREADS),
        options=[("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES)],
    )
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)
    engine_pb2_grpc.add_EngineServicer_to_server(_Engine(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield monitor, f"127.0.0.1:{port}"
    finally:
        server.stop(grace=None).wait()
