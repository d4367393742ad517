"""The printable case of a node: what goes in (`contents`), the halves (`shape`), what must hold (`checks`)."""
