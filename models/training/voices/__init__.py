"""Make what tells voices and sides apart."""
