"""Series, lists of videos, and what a viewer left unfinished."""
