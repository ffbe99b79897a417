"""The list of legal holds, and the actions to set and to lift one."""
