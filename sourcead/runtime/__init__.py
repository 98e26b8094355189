"""What generated code may call: few, short, NumPy only."""
