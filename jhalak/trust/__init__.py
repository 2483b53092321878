"""What may be seen: the gate that every creator's video passes before anyone sees it."""
