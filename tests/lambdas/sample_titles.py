"""Titles that people write, and titles that try to be more than a title."""

from __future__ import annotations

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
FRANCE = "\U0001f1eb\U0001f1f7"
THUMB = "\U0001f44d\U0001f3fd"
HEBREW = "לקנות חלב"
PERSIAN = "می\u200cخواهم"  # noqa: RUF001

TITLES = {
    "html": "<script>alert('x')</script><img src=https://evil.example/x onerror=x> & \"q\"",
    "template": "{{ title }}{{{ title }}}{{& title }}{{> task_event.txt }}{{=<% %>=}}{% raw %}",
    "section": "{{#detail}}{{ . }}{{/detail}}{{! }}{{^",
    "crlf": "Milk\r\nBcc: all@example.com\r\n\r\nTask 1, event 2",
    "separators": "Milk\u2028Bcc: x\u2029\x85\x0b\x0c\x00end",
    "emoji": f"{FAMILY} {SCOTLAND} {FRANCE} {THUMB}",
    "hebrew": HEBREW,
    "persian": PERSIAN,
    "override": "invoice \u202egpj.exe",
    "isolates": "\u2066\u2067\u2068 a \u202a\u202b\u202d",
    "hidden": "\ufeffmi\u00adlk\u2060\u200b",
    "accents": "é" * 100,
    "decomposed": "e\u0301" * 100,
    "euros": "€" * 100,
    "families": FAMILY * 20,
    "surrogate": "half \ud83d of one",
    "blank": "\u200e",
    "long": "x" * 5000,
}
