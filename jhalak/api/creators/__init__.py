"""What creators call: their accounts, their uploads, their videos."""
