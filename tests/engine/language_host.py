"""Python's language host, for a CLI that came without: `pulumi-language-python` on PATH runs this.

It runs programs as an inline program of the Automation API is run.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import grpc
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2, language_pb2_grpc


class LanguageHost(LanguageServer):
    def __init__(self) -> None:
        super().__init__(lambda: None)

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        return language_pb2.LanguageHandshakeResponse()

    def Run(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        os.chdir(request.info.program_directory)
        self.program = partial(_run_program, request.info.program_directory)
        return super().Run(request, context)  # type: ignore[no-untyped-call]


def _run_program(folder: str) -> None:
    runpy.run_path(folder, run_name="__main__")


def main() -> None:
    # For the CLI, which ends this process when it is done itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server = grpc.server(ThreadPoolExecutor(4))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
