"""The provider for Pulumi's engine: `PULUMI_DEBUG_PROVIDERS=aws:<port>` attaches it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

import grpc
from botocore.exceptions import BotoCoreError, ClientError
from google.protobuf import empty_pb2
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from local.engine.assets import AssetError
from local.engine.change import silent
from local.engine.grpc_values import MADE_UP, Properties, response, secret
from local.engine.orphans import Orphans, recorded
from local.engine.provider import Provider, UnsupportedError
from local.engine.resource_types import resource_types

_HOST = "127.0.0.1"
_CALLS_AT_ONCE = 16
_STOP_SECONDS = 10

# Bundles are sent by path; what a program writes into its resources is not.
_MESSAGE_BYTES = 400 * 1024 * 1024

# The engine keeps the provider's own configuration in its state, too.
_CREDENTIALS = ("accessKey", "secretKey", "token")


@contextmanager
def serving(
    provider: Provider, states: Path, say: Callable[[str], object] = silent
) -> Iterator[int]:
    """Serve the provider on this machine while the block runs; yield its port.

    `states` is the folder of the engines' backends, which need not exist yet. Files are read
    relative to the working directory, which has to be that of the engine. Orphans of a
    killed engine are deleted first; `say` gets a line for each. What the states contain will be
    checked again: their types are imported while the engine and its program start.
    """
    orphans = Orphans(provider, states)
    server = grpc.server(
        futures.ThreadPoolExecutor(_CALLS_AT_ONCE),
        options=[("grpc.max_receive_message_length", _MESSAGE_BYTES)],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Server(provider, orphans), server)
    port: int = server.add_insecure_port(f"{_HOST}:0")
    with orphans.kept() as removed:
        for line in removed:
            say(line)
        types = {each["type"] for each in recorded(states)}
        server.start()
        importing = threading.Thread(target=provider.prepare, args=(types,))
        importing.start()
        try:
            yield port
        finally:
            importing.join()
            server.stop(grace=_STOP_SECONDS).wait()


def _in_the_emulator(call: Callable[..., Any]) -> Callable[..., Any]:
    """Report errors of the emulator to the engine as the resource's, unchanged."""

    @wraps(call)
    def wrapped(self: Server, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return call(self, request, context)
        except ClientError as error:
            _refuse(context, f"{error.operation_name}: {_message(error)}")
        except (BotoCoreError, UnsupportedError, AssetError, NotImplementedError) as error:
            _refuse(context, str(error))

    return wrapped


class Server(provider_pb2_grpc.ResourceProviderServicer):
    """Turns each call of the engine into one of the provider's."""

    def __init__(self, provider: Provider, orphans: Orphans) -> None:
        self._provider = provider
        self._orphans = orphans

    def Handshake(self, _request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Secrets are marked in both directions."""
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def Attach(self, _request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """An engine has found the running provider; there is nothing to do."""
        return empty_pb2.Empty()

    def GetPluginInfo(self, _request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """It stands in for the provider of the installed SDK."""
        return plugin_pb2.PluginInfo(version=version("pulumi_aws"))

    def CheckConfig(self, request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Accept the settings of the real provider, and hide its credentials in the state."""
        inputs = Struct()
        inputs.CopyFrom(request.news)
        for name in _CREDENTIALS:
            if name in inputs.fields:
                inputs.fields[name].CopyFrom(secret(inputs.fields[name]))
        return provider_pb2.CheckResponse(inputs=inputs)

    def DiffConfig(self, _request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """There is one emulator, whatever the settings are."""
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, _request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Accept previews: this provider decides what is unknown."""
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @_in_the_emulator
    def Check(self, request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Validate the inputs, and give the resource its physical name."""
        news, olds = Properties(request.news), Properties(request.olds)
        checked = self._provider.check(
            request.type, request.name, news.values, olds.values or None, request.randomSeed
        )
        failures = [
            provider_pb2.CheckFailure(property=each.property, reason=each.reason)
            for each in checked.failures
        ]
        inputs = response(checked.inputs, news)
        made_up = sorted(checked.inputs.keys() - news.values.keys())
        if made_up:
            inputs.update({MADE_UP: made_up})
        return provider_pb2.CheckResponse(inputs=inputs, failures=failures)

    @_in_the_emulator
    def Diff(self, request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """What changed, and whether that takes a new resource."""
        ignored = set(request.ignoreChanges)
        olds, news = Properties(request.old_inputs), Properties(request.news)
        found = self._provider.diff(request.type, olds.values, news.values)
        changed = [name for name in found.changed if name not in ignored]
        some = provider_pb2.DiffResponse.DIFF_SOME
        none = provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=some if changed else none,
            diffs=changed,
            replaces=[name for name in found.replaces if name not in ignored],
            deleteBeforeReplace=found.delete_before_replace and _has_own_name(request.type, news),
        )

    @_in_the_emulator
    def Create(self, request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Create the resource; in a preview, everything but its inputs is still unknown."""
        inputs = Properties(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        key = self._orphans.creating(request.urn, request.type, inputs.values)
        try:
            created = self._provider.create(request.type, inputs.values)
        except Exception:
            self._orphans.failed(key)
            raise
        self._orphans.created(key, created.id)
        return provider_pb2.CreateResponse(
            id=created.id, properties=response(created.outputs, inputs)
        )

    @_in_the_emulator
    def Read(self, request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """The resource as it is now; no id if it is gone."""
        state, inputs = Properties(request.properties), Properties(request.inputs)
        found = self._provider.read(request.type, request.id, inputs.values)
        if found is None:
            return provider_pb2.ReadResponse()
        now = response(found.outputs, inputs, state)
        declared = {name: now.fields.get(name, value) for name, value in inputs.on_the_wire.items()}
        return provider_pb2.ReadResponse(
            id=found.id, properties=now, inputs=Struct(fields=declared)
        )

    @_in_the_emulator
    def Update(self, request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Update the resource in place; in a preview, say what it will be."""
        olds, news = Properties(request.old_inputs), Properties(request.news)
        state = Properties(request.olds)
        if request.preview:
            outputs = _outputs_in_preview(state.values, olds.values, news.values)
        else:
            outputs = self._provider.update(request.type, request.id, olds.values, news.values)
        return provider_pb2.UpdateResponse(properties=response(outputs, news, state))

    @_in_the_emulator
    def Delete(self, request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Delete the resource."""
        inputs = Properties(request.old_inputs)
        self._provider.delete(request.type, request.id, inputs.values)
        self._orphans.deleted(request.urn, request.id)
        return empty_pb2.Empty()

    @_in_the_emulator
    def Invoke(self, request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Look something up."""
        args = Properties(request.args)
        found = self._provider.invoke(request.tok, args.values)
        return provider_pb2.InvokeResponse(**{"return": response(found, args)})

    def Cancel(self, _request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Let running calls finish: each takes less time than the engine waits."""
        return empty_pb2.Empty()


def _has_own_name(type_: str, inputs: Properties) -> bool:
    """Whether the program names it: a generated name differs the next time."""
    return MADE_UP not in inputs.on_the_wire and resource_types()[type_].named_by in inputs.values


def _outputs_in_preview(
    state: Mapping[str, Any], olds: Mapping[str, Any], news: Mapping[str, Any]
) -> dict[str, Any]:
    """The new inputs, and the other outputs as they are: an update keeps ids, ARNs and URLs."""
    kept = {name: value for name, value in state.items() if name not in olds}
    return {**kept, **news}


def _message(error: ClientError) -> str:
    return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"


def _refuse(context: grpc.ServicerContext, message: str) -> NoReturn:
    context.abort(grpc.StatusCode.UNKNOWN, message)
    raise AssertionError("abort raises")
