"""The analysts' page: sign-in, queue, call, decisions, sound; served by FastAPI."""
