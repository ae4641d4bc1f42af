"""Decide whose each finding is: the requester's, a third party's, the staff's or the company's."""
