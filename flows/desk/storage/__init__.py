"""Database, tables, and where files lie."""
