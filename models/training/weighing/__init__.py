"""Training and calibration of what weighs findings."""
