"""What every stack and every component declares, as files that a reviewer can read: `make snapshot`
writes them."""
