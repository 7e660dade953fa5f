"""Writes the picture of every program into the page that describes it: `make pictures`."""

from __future__ import annotations

from pathlib import Path

from local.picture.page import draw, with_picture

ROOT = Path(__file__).parents[1]
PAGES = {
    ROOT: ROOT / "docs" / "architecture.md",
    **{
        project.parent: project.with_name("README.md")
        for project in sorted(ROOT.glob("examples/*/Pulumi.yaml"))
    },
}
"""The page with the picture of each program, by the program's folder."""


def expected(folder: Path, picture: str) -> str:
    """Return a program's page as it should be."""
    page = PAGES[folder]
    return with_picture(page.read_text(), picture, page.name)


if __name__ == "__main__":
    for folder, page in PAGES.items():
        page.write_text(expected(folder, draw(folder)))
