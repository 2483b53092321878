"""Experiments: who gets which arm, what it did to them, and when an arm must stop."""
