"""Pages of a list by the place of a record in the order, not by a number: each page costs what the first costs."""
