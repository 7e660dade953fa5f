"""Dead-letter queues: `dead-letters list`, `show`, `replay` and `purge`."""
