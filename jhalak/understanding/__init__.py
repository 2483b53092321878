"""Language and meaning: functions of text."""
