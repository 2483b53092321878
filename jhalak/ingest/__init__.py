"""Publishers' files and feeds become items: find, read, clean, compose, store."""
