"""Runs a Pulumi program against a monitor. Started with the program's own interpreter.

Only `pulumi` may be imported here: the program's environment may have nothing else.
Arguments: project, stack, and the folder or file to run. The monitor's address is the first line of
standard input, the configuration is in PULUMI_CONFIG, where Pulumi looks for it.
"""

import asyncio
import difflib
import gc
import re
import runpy
import sys
import traceback
from pathlib import Path
from types import TracebackType

# The SDK's many classes stay: looking for garbage among them takes a seventh of the time.
gc.set_threshold(100_000)

import pulumi  # noqa: E402

# By its path: the program's environment need not have the library.
_SETTLE = Path(__file__).parents[2] / "components/pulumi_serverless/testing/settle.py"


def main() -> None:
    project, stack, program = sys.argv[1:]
    monitor = sys.stdin.readline().strip()
    if not monitor:
        # Whoever started it has ended.
        return
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
    # Each would be a call that the monitor drops.
    pulumi.log.debug = lambda *_args, **_options: None
    sys.argv = [program]
    try:
        asyncio.run(pulumi.runtime.run_in_stack(lambda: _execute(program)))
    except Exception as error:
        _show(error)
        sys.exit(1)
    finally:
        # Nor among what is left at the end, which takes a quarter of a second.
        gc.freeze()


async def _execute(program: str) -> None:
    runpy.run_path(program, run_name="__main__")
    await runpy.run_path(str(_SETTLE))["settle"]()


def _show(error: Exception) -> None:
    """Print where the program was, in its own files, and what went wrong."""
    here, own = str(Path.cwd()), []
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(here) and "site-packages" not in frame.filename:
            own.append(frame)
    declared = _being_declared(error.__traceback__)
    hint = _nearest(error) if isinstance(error, TypeError) else ""
    lines = [*traceback.format_list(own), *traceback.format_exception_only(type(error), error)]
    if declared:
        lines[-1] = f"{type(error).__name__}: {declared}: {error}{hint}"
    sys.stderr.write("".join(lines).rstrip() + "\n")


def _being_declared(at: TracebackType | None) -> str | None:
    """Class and name of the resource whose constructor failed.

    It rejects an unknown or missing argument before anything is registered, and its error names
    only the class.
    """
    declared = None
    while at is not None:
        values = at.tb_frame.f_locals
        if isinstance(values.get("resource_name"), str) and "__self__" in values:
            declared = f"{type(values['__self__']).__name__} '{values['resource_name']}'"
        at = at.tb_next
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
