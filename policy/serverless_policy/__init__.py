"""What no stack of this project may deploy. `rules` is plain Python; `pack` gives it to Pulumi."""
