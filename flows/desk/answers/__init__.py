"""Released answers, their basis, their delivery, and how a later answer differs."""
