"""The timeline of one request or event: `trace`."""
