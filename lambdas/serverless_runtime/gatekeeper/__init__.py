"""API keys: `handlers` decide on requests and keep keys, `client` is for who issues and revokes
them, and `caller` for the functions behind an API."""
