"""The steps of the desk: each is an event, declared once, and there is one door to do it by."""
