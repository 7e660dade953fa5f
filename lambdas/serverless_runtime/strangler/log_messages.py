"""Log messages that saved queries search for."""

DIFFERENT = "answers differ"
NOT_COMPARED = "answers not compared"
