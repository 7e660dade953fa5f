"""What is behind the shop's front."""
