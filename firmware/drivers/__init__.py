"""One chip a file; register names as in its datasheet."""
