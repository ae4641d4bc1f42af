"""Voices and wordings of the speakers of one call; kept only while the call is processed."""
