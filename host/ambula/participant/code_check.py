"""A participant goes by a code: exports and reports carry it, so it must not reveal who that is."""


def doubt_about(code: str) -> str:
    """Return what is wrong with a participant's code as a pseudonym, "" where nothing shows.

    A guess from its looks: white space as between names, or the @ of an address. No code is refused.
    """
    if "@" in code:
        looks_like = "an e-mail address"
    elif any(c.isspace() for c in code.strip()):
        looks_like = "a name"
    else:
        return ""
    return (
        f"{code!r} looks like {looks_like}, and files and reports show it. Use a code that only you can resolve, such "
        "as P01 (`ambula rename` changes it)"
    )
