"""A participant's epochs and days in other people's formats, one module each; docs/exports.md has their limits."""
