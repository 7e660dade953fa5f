"""What every stack declares, as files that a reviewer can read. `make snapshot` writes them."""
