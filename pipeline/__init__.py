"""The steps from a recorded call to its masked copy, as pure functions over frozen values."""
