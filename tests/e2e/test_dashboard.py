"""The dashboard of a running stack, in a browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.dashboard import write_page
from local.scenario.handoff_stack import HandoffStack
from local.scenario.observe import emails_about
from local.wait import wait_until

WATCHED = True

# What a person would see: overlapping parts, parts without size, and the text.
LOOK = """<script>
  const parts = [...document.querySelectorAll("section")];
  const boxes = parts.map((part) => part.getBoundingClientRect());
  const overlapping = boxes.flatMap((one, i) => boxes.slice(i + 1).filter((other) =>
    one.left < other.right - 1 && other.left < one.right - 1 &&
    one.top < other.bottom - 1 && other.top < one.bottom - 1)).length;
  const seen = {
    parts: parts.length, overlapping,
    empty: boxes.filter((box) => box.width < 10 || box.height < 10).length,
    lines: [...document.querySelectorAll("polyline")].filter((each) => each.points.length).length,
    text: document.body.innerText,
  };
  document.body.innerHTML = "";
  document.body.append(JSON.stringify(seen));
</script>"""


@pytest.fixture
def browser() -> str:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no browser on this machine: apt-get install chromium")
    return found


def inspect_page(browser: str, page: Path) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603 -- the browser of this machine, and our own page
        [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1600,2000"),
            *(f"--user-data-dir={page.parent / 'profile'}", "--dump-dom", page.as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    written = re.search(r"<body>(.*)</body>", done.stdout, re.DOTALL)
    assert written is not None, done.stdout
    seen: dict[str, Any] = json.loads(unescape(written[1]))
    return seen


def test_a_browser_shows_every_part_of_the_running_stacks_dashboard(
    stack: HandoffStack, api: httpx.Client, browser: str, tmp_path: Path
) -> None:
    assert api.post("/tasks", json={"title": "To be seen"}).status_code == 201
    # So that the next test does not see it.
    wait_until(lambda: emails_about(stack, "To be seen"), "the email", seconds=30)
    page = tmp_path / "dashboard.html"
    write_page(stack.emulator.client, stack.operations["dashboard"], page)
    page.write_text(page.read_text().replace("</main>", f"</main>{LOOK}"))

    seen = inspect_page(browser, page)

    assert seen["parts"] > 20
    assert (seen["overlapping"], seen["empty"]) == (0, 0)
    assert seen["lines"] > 0
    for words in ("Clients → API", "Dead letters", "task-events-dead-letter-depth", "requests: "):
        assert words in seen["text"]
