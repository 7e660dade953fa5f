"""`strangler`: which side answers each route of a facade; and changing it within seconds."""
