"""Everything on one machine: what `make run` needs where neither PostgreSQL nor Redis is installed."""
