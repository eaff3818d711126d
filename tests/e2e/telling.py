"""What the command of an alarm found in its environment: each run leaves a file in a folder."""
import os

HICCUP = "status-stale"     # the machine held its breath: nothing that is tested
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
    alerts = [{name: value for name, value in text.items() if name.startswith("TSLLM_")} for text in texts]
    return [alert for alert in alerts if alert.get("TSLLM_CODE") != HICCUP]


def logged(folder):
    """The fields of each line of the event log."""
    lines = [line.split("\t") for line in read(os.path.join(folder, "events")).splitlines()]
    return [line for line in lines if line[2] != HICCUP]
