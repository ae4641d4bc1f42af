"""The judge: one calibrated probability for each finding, and candidates among the other words."""
