"""Items, creators, topics, languages and their life cycle; the live catalogue in columns."""
