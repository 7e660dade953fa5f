"""What CloudWatch computes and the emulator does not: metrics, metric math and alarm states."""
