"""Runs a Pulumi program against a monitor. Started with the program's own interpreter.

Nothing but `pulumi` may be imported here: the program's environment has nothing else for certain.
Arguments: the monitor's address, project, stack, and the folder or file to run. The configuration
is in PULUMI_CONFIG, where Pulumi looks for it.
"""

import asyncio
import difflib
import re
import runpy
import sys
from pathlib import Path
from types import TracebackType

import pulumi


def main() -> None:
    monitor, project, stack, program = sys.argv[1:]
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            monitor=monitor,
            engine=monitor,
            project=project,
            stack=stack,
            organization="organization",
            root_directory=str(Path.cwd()),
            parallel=16,
            dry_run=False,
        )
    )
    sys.argv = [program]
    try:
        asyncio.run(pulumi.runtime.run_in_stack(lambda: _execute(program)))
    except TypeError as error:
        declared = _being_declared(error.__traceback__)
        if declared is None:
            raise
        raise TypeError(f"{declared}: {error}{_nearest(error)}") from error


def _execute(program: str) -> None:
    runpy.run_path(program, run_name="__main__")


def _being_declared(traceback: TracebackType | None) -> str | None:
    """Class and name of the resource whose constructor failed.

    It rejects an argument that it does not know, or misses, before anything is registered, and its
    error names the class only.
    """
    declared = None
    while traceback is not None:
        values = traceback.tb_frame.f_locals
        if isinstance(values.get("resource_name"), str) and "__self__" in values:
            declared = f"{type(values['__self__']).__name__} '{values['resource_name']}'"
        traceback = traceback.tb_next
    return declared


def _nearest(error: TypeError) -> str:
    """The argument that was meant; before Python 3.12, its own error does not say so."""
    unknown = re.search(r"unexpected keyword argument '(\w+)'", str(error))
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if unknown is None or frame is None or "__self__" not in frame.tb_frame.f_locals:
        return ""
    constructor = getattr(frame.tb_frame.f_locals["__self__"], "_internal_init", None)
    arguments = getattr(constructor, "__annotations__", {})
    near = difflib.get_close_matches(unknown[1], arguments, n=1)
    return f" (did you mean {near[0]}?)" if near else ""


if __name__ == "__main__":
    main()
