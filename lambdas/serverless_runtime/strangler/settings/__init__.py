"""What a facade's program, its router and its operators agree on."""
