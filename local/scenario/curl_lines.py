"""The README's example requests."""

from __future__ import annotations


def curl_lines(api_url: str) -> str:
    """Return the requests to the API at this URL; each line works as typed."""
    return f"""\
API={api_url}

curl -i "$API/tasks" -H 'Content-Type: application/json' -d '{{"title": "Implement feature X"}}'
ID=$(curl -s "$API/tasks?limit=1" | sed 's/.*"id": *"\\([^"]*\\)".*/\\1/')
curl "$API/tasks/$ID"
curl "$API/tasks"
curl -X PUT "$API/tasks/$ID" -H 'Content-Type: application/json' \\
  -d '{{"title": "Updated title", "status": "completed"}}'
curl -X DELETE "$API/tasks/$ID"
"""
