"""What people say below videos."""
