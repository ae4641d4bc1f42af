"""Work on calls: the queue, claims of workers, plans, decisions, reviews, approvals."""
