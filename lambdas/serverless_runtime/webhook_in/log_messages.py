"""The log messages of incoming webhooks."""

FORGED = "forged call dropped"
