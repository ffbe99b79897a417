"""The forms of imports and exports. They read what was typed; rules live in the services."""
