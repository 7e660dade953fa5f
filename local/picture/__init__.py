"""The picture of a program: what calls, feeds and watches what, as its resources declare it."""
