"""What the command of an alarm found in its environment: each run leaves a file in a folder."""
import os

TELLS = "on-change = sh -c 'env > {folder}/new.$$; mv {folder}/new.$$ {folder}/told.$$; echo said; echo grumbled >&2'\n"


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def whole(folder):
    """The environments as texts."""
    return [read(os.path.join(folder, name)) for name in sorted(os.listdir(folder)) if name.startswith("told.")]


def told(folder):
    """The alert's variables of each."""
    texts = [dict(line.partition("=")[::2] for line in text.splitlines()) for text in whole(folder)]
    return [{name: value for name, value in text.items() if name.startswith("TSLLM_")} for text in texts]
