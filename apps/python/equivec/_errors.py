"""What equivec raises and warns with. The compiled module raises these classes too."""


class Error(ValueError):
    """Input that cannot be used: a file, a line of a file, a word list.

    The message is one line: what, where, what was found, what to do.
    """


class OptionError(Error):
    """A keyword with a value that is out of range or not known."""


class UnknownWord(Error, KeyError):
    """A word that is not in the vocabulary. The message names a similar one if there is one."""

    __str__ = Exception.__str__  # KeyError's puts quotes around the message


class Notice(UserWarning):
    """About input that is usable but not quite in order, such as a word that occurs twice in a file."""
