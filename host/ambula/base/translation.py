"""How text for people is said in their language: English as it stands in the code, others by a gettext catalogue."""

from datetime import date
from gettext import NullTranslations

SOURCE = "en"
CODES = (SOURCE, "nb")  # the languages there are


def N_(message: str) -> str:
    """Mark a message that is said later, so that the catalogues get it; the name is gettext's."""
    return message


def NN_(one: str, many: str) -> tuple[str, str]:
    """Mark a message and its plural, as N_ does."""
    return one, many


class Speaker:
    """Says messages in one language; `{name}` in a message is filled in after it was translated.

    translations: of a catalogue; without one, English.
    """

    def __init__(self, translations: NullTranslations | None = None) -> None:
        self.translations = translations or NullTranslations()

    def say(self, message: str, **values: object) -> str:
        """Return a message, which must not be empty; without values, braces in it stay as they are."""
        text = self.translations.gettext(message)
        return text.format(**values) if values else text

    def say_n(self, one: str, many: str, n: int, **values: object) -> str:
        """Return a message whose words depend on a whole number, which is `{n}` in it."""
        return self.translations.ngettext(one, many, n).format(n=n, **values)

    def day_name(self, day: date) -> str:
        """Return e.g. "Mon 2 Mar": in English here, in another language by what inherits from this."""
        return f"{day:%a} {day.day} {day:%b}"


ENGLISH = Speaker()
