"""The decision letter (回答書): a template that the company can edit in Word, and filling it in."""
