"""The tour: the handoff at work, failing and recovering, told from what is really observed."""
