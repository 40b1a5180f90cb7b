"""A claim, its parties' positions, its life and history; intake and matching. Imports no other app."""
