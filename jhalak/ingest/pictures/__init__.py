"""Pictures of sources become pictures for phones. What decodes runs in a process of its own."""
