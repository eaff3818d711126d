"""What a scenario speaks to.

A peer, a door and the daemon are actors: each method marked with @command is a word of the scenario language, and
its parameters are the words that follow. So the language is described where it is carried out, and a mistake is
told when the scenario is read, not when its hour comes.
"""
import inspect


class Trouble(Exception):
    """A sentence for the person who wrote the scenario."""


def command(method):
    method.is_command = True
    return method


class Actor:
    @classmethod
    def find(cls, word):
        method = getattr(cls, word.replace("-", "_"), None)
        return method if getattr(method, "is_command", False) else None

    @classmethod
    def parse(cls, words):
        """Splits words into (command, arguments) pairs. A command takes words until the next command."""
        pairs = []
        words = list(words)
        while words:
            word = words.pop(0)
            method = cls.find(word)
            if not method:
                known = sorted(name.replace("_", "-") for name in dir(cls) if cls.find(name))
                raise Trouble(f"a {cls.__name__.lower()} knows no '{word}' but: {', '.join(known)}")
            pairs.append((method.__name__, take_arguments(cls, word, method, words)))
        return pairs

    def obey(self, pairs):
        for name, arguments in pairs:
            getattr(self, name)(*arguments)


def take_arguments(cls, word, method, words):
    """Takes what the command wants from the front of words, each made what its annotation says."""
    arguments = []
    for parameter in list(inspect.signature(method).parameters.values())[1:]:
        if parameter.kind is parameter.VAR_POSITIONAL:
            arguments += words
            words.clear()
        elif words and not cls.find(words[0]):
            arguments.append(convert(word, words.pop(0), parameter.annotation))
        elif parameter.default is parameter.empty:
            raise Trouble(f"'{word}' wants {parameter.name.upper()} after it")
    return arguments


def one_of(word, words):
    """A word where it is one of those words: what an annotation calls."""
    if word not in words:
        raise ValueError(f"that is none of {', '.join(words)}")
    return word


def convert(word, text, kind):
    if kind is inspect.Parameter.empty:
        return text
    try:
        return kind(text)
    except ValueError as why:
        raise Trouble(f"'{word} {text}': {why}") from None
