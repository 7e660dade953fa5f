"""The Internal Handoff at work and under failure, with what a team has outside the stack."""
