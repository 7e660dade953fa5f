"""One answer out of several services: what functions call is in `aggregator`."""
