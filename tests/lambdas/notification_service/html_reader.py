"""HTML as a mail program reads it."""

from __future__ import annotations

from html.parser import HTMLParser


class Reader(HTMLParser):
    """Reads a message: its elements with their attributes, its heading, and its comments."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, str]] = []
        self.heading: str = ""
        self.direction: str | None = None
        self.comments: list[str] = []
        self._in_heading = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, str(sorted(attrs))))
        if tag == "h1":
            self._in_heading = True
            self.direction = dict(attrs)["dir"]

    def handle_endtag(self, tag: str) -> None:
        self._in_heading = self._in_heading and tag != "h1"

    def handle_data(self, data: str) -> None:
        self.heading += data if self._in_heading else ""

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)
