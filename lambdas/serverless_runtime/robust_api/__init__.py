"""What is between a route of an API and what it reaches, where API Gateway cannot reach it."""
