"""Pages of those who take requests in, and of those who look after the desk."""
