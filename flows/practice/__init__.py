"""A desk to practise on, beside the company's own and never mixed with it."""
