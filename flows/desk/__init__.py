"""The company's desk: requests, calls, recordings, lists, files, and the audit log of who did what.

``integrity.desk.open_desk(settings)`` returns a ``Desk``.  The operations are functions that take it as
their first argument, such as those of ``cases.requests``, ``cases.calls``, ``work.claims``, ``work.plans``
and ``answers.releases``.  Code outside this package never uses a database session.
"""
