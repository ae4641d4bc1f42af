"""The judge: one calibrated probability for each finding, and what is doubtful beside the findings."""
