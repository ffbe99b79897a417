"""New import: four steps, one page and one module each. Their state is the run, in the database."""
