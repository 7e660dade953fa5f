"""What people do to a running stack: look at dead letters and replay them."""
