"""What is kept: rows in a database, audio in an object store."""
