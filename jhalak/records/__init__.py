"""Adapters on SQL: one set of tables and statements for SQLite and PostgreSQL."""
