"""A program's picture in a Markdown page, between two markers."""

from __future__ import annotations

import sys
from pathlib import Path

from local.picture.arrows import arrows_of
from local.picture.boxes import PictureError, read_program
from local.picture.mermaid import mermaid
from local.picture.svg import svg
from local.program.project import read_project

BEGIN = "<!-- picture -->"
END = "<!-- end of picture -->"


def draw(folder: Path, stack: str | None = None, python: Path = Path(sys.executable)) -> str:
    """The flowchart of the program in `folder`, run with `python`. Raises as `read_program`."""
    return mermaid(arrows_of(read_program(folder, stack, python)))


def draw_svg(folder: Path, stack: str | None = None, python: Path = Path(sys.executable)) -> str:
    """The same as an SVG document."""
    arrows = arrows_of(read_program(folder, stack, python))
    return svg(arrows, f"The flow of data through {read_project(folder).name}")


def read_page(file: Path) -> str:
    """The page in the file. PictureError unless it is UTF-8."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PictureError(f"{file} must be UTF-8, got {error}; save it as that") from None


def write(file: Path, text: str) -> None:
    """Write the picture, or the page with it. PictureError if that cannot be done."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise PictureError(
            f"{file} cannot be written ({error.strerror}); name a file in a folder that exists and "
            "that you may write to"
        ) from None


def with_picture(page: str, picture: str, name: str) -> str:
    """The page with `picture` between its markers. PictureError unless each is there once."""
    before, begin, rest = page.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in before + after:
        raise PictureError(
            f"{name} must have the lines {BEGIN} and {END} once, in this order; "
            "add them where the picture belongs"
        )
    return f"{before}{BEGIN}\n\n```mermaid\n{picture}```\n\n{END}{after}"
