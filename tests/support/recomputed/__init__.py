"""Every figure of a day and of a week once more, in SQL, from nothing but the words of docs/dictionary.md.

It shares no code with `ambula`: `recompute` takes plain columns, zones and rules, and the SQL files say the rest.
"""
