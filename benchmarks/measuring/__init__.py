"""What every benchmark needs: what a process tree used, how busy the machine was, and a table with goals."""
