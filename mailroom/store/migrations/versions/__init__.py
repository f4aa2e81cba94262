"""The revisions, oldest first. A revision that is out is never changed again."""
