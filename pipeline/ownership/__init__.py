"""Decide the owner of each finding: the requester, a third party, the staff or the company."""
