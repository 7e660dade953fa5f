"""AWS clients, what their errors mean, and logs."""
