"""What a case knows of requester, staff and company, by letters, by sound and by its numbers."""
