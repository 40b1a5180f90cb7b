"""Where the evidence is and whether it still says so; the only code that opens a connection outward."""
