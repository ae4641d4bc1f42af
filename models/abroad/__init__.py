"""Names from abroad in katakana: what is one, and where it is said as one."""
