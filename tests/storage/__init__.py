"""Storage: a reference interpreter that executes docs/storage.md, and what is compared with it."""
