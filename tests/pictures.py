"""The pictures in tui/pictures, as the program draws its demo. `pictures.py TOP` writes them."""
import datetime
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(ROOT, "tui", "pictures")

# File, columns, lines, minutes before the end of the demo, theme.
PICTURES = {
    "dashboard-dark.svg": (120, 36, 4, "default"),
    "dashboard-light.svg": (120, 36, 4, "light"),
}


def run(top, width, height, *words):
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "TZ": "UTC",
                   "COLUMNS": str(width), "LINES": str(height)}
    done = subprocess.run([top, "--demo", *words], env=environment, capture_output=True, timeout=60, check=False)
    assert done.stdout and not done.stderr, done.stderr.decode()
    return done.stdout


def draw(top, name):
    width, height, minutes, theme = PICTURES[name]
    end = datetime.datetime.fromisoformat(json.loads(run(top, 80, 24, "--format=json"))["taken_at"].replace("Z", "+00:00"))
    at = end - datetime.timedelta(minutes=minutes)
    return run(top, width, height, "--format=svg", f"--theme={theme}", f"--at={at:%Y-%m-%dT%H:%M:%SZ}")


def kept(name):
    with open(os.path.join(FOLDER, name), "rb") as file:
        return file.read()


if __name__ == "__main__":
    for each in PICTURES:
        with open(os.path.join(FOLDER, each), "wb") as picture:
            picture.write(draw(os.path.abspath(sys.argv[1]), each))
