"""Compare what is said with what a case registers, for a person to see at a glance; nothing decides by it."""
