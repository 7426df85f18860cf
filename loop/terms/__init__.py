"""Terms of the pool: what a user can name of a label before the first answer, and what the pool has that is like it."""
