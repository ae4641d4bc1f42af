"""The company's desk: requests, calls, recordings, lists, files and the record of who did what.

``open_desk(settings)`` gives a ``Desk``; the operations are functions of the modules
``requests``, ``calls``, ``claims``, ``catalogue``, ``lists``, ``plans``, ``files`` and ``audit``
that take it first.  Nobody outside this package touches a database session.
"""
