"""Reading the trail: what happened to a record, and to everything, as sentences."""
