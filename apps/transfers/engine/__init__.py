"""What a worker does with a run: read, stage, plan, apply, undo, export. Set-based throughout."""
