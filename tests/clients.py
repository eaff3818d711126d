"""Starts clients of LLM servers with what `--connect` printed, as somebody would who pastes it.

Each client gets a home of its own. It is looked for in TSLLM_CLIENTS, folders as in PATH that hold `bin/NAME` (a Python
environment) or `node_modules/.bin/NAME`, and then in PATH.
"""
import json
import os
import shutil
import subprocess
import tempfile
import tomllib

import yaml

PATIENCE_S = 45
HELLO = "Hello"
FOLDERS = [folder for folder in os.environ.get("TSLLM_CLIENTS", "").split(os.pathsep) if folder]

# What the clients that were tried are run with. The versions are those of the table in probes/report.
VERSIONS = {"openai": "3.57.0", "anthropic": "2.14.0", "llm": "0.36", "aider-chat": "0.86.2"}
NODE_VERSIONS = {"openai": "6.49.0", "@openai/codex": "0.171.0", "opencode-ai": "1.18.33"}


def program(name):
    """Its path; None: it is not installed."""
    places = [os.path.join(folder, *inside, name) for folder in FOLDERS
              for inside in (("bin",), ("node_modules", ".bin"))]
    return next(filter(os.path.exists, places), None) or shutil.which(name)


def python_with(package):
    """A Python that has this package; None: there is none."""
    pythons = [os.path.join(folder, "bin", "python3") for folder in FOLDERS] + ["/usr/bin/python3"]
    words = ["-c", f"import {package}"]
    return next((python for python in pythons if os.path.exists(python) and
                 subprocess.run([python, *words], capture_output=True, check=False).returncode == 0), None)


def modules_with(package):
    """A folder node_modules that has this package; None: there is none, or no node."""
    places = [os.path.join(folder, "node_modules") for folder in FOLDERS]
    return next((place for place in places if shutil.which("node") and
                 os.path.exists(os.path.join(place, package, "package.json"))), None)


class Home:
    """Where one client is run: its own home, and nothing of the user's."""

    def __init__(self, folder, environment):
        self.folder = folder
        path = os.pathsep.join([*(os.path.join(folder, *inside) for folder in FOLDERS
                                  for inside in (("bin",), ("node_modules", ".bin"))), os.environ["PATH"]])
        self.environment = {
            "PATH": path, "HOME": folder, "TERM": "dumb", "LANG": "C.UTF-8", "CODEX_HOME": f"{folder}/.codex",
            "LLM_USER_PATH": f"{folder}/llm", "AIDER_MESSAGE": HELLO, "AIDER_YES_ALWAYS": "true", "AIDER_GIT": "false",
            "AIDER_CHECK_UPDATE": "false", "AIDER_ANALYTICS": "false", "AIDER_SHOW_MODEL_WARNINGS": "false",
            "AIDER_STREAM": "false", "AIDER_PRETTY": "false", "OPENCODE_DISABLE_MODELS_FETCH": "true",
            "OPENCODE_DISABLE_AUTOUPDATE": "true", **environment}

    def write(self, path, text):
        path = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def run(self, *words, wrap=(), patience=PATIENCE_S):
        return subprocess.run([*wrap, *words], cwd=self.folder, env=self.environment, input=HELLO.encode(),
                              capture_output=True, timeout=patience, check=False)


# How a client is started with its text: the words of a command.

def by_shell(home, text):
    return ["sh", "-ec", text]


def by_environment(home, text):
    script = home.write("ask.py", "import openai, os\nclient = openai.OpenAI()\nprint(client.chat.completions.create("
                                  "model=os.environ['OPENAI_MODEL'], messages=[{'role': 'user', 'content': 'Hello'}])"
                                  ".choices[0].message.content)\n")
    return ["sh", "-ec", f'{text}exec "$0" "$1"', python_with("openai"), script]


def by_openai_python(home, text):
    return [python_with("openai"), home.write("client.py", text)]


def by_anthropic_python(home, text):
    return [python_with("anthropic"), home.write("client.py", text)]


def by_openai_js(home, text):
    os.symlink(modules_with("openai"), os.path.join(home.folder, "node_modules"))
    return ["node", home.write("client.mjs", text)]


def by_llm(home, text):
    home.write("llm/extra-openai-models.yaml", text)
    if "api_key_name" in text:
        home.write("llm/keys.json", json.dumps({"tailnet": home.environment["GPU_KEY"]}))
    return [program("llm"), "-m", yaml.safe_load(text)[0]["model_id"], "--no-stream", HELLO]


def by_codex(home, text):
    home.write(".codex/config.toml", text)
    return [program("codex"), "exec", "--skip-git-repo-check", HELLO]


def by_opencode(home, text):
    home.write(".config/opencode/opencode.json", text)
    return [program("opencode"), "run", HELLO]


STARTS = {      # client: how it is started, and whether it is here
    "env": (by_environment, lambda: python_with("openai")),
    "curl": (by_shell, lambda: program("curl")),
    "openai-python": (by_openai_python, lambda: python_with("openai")),
    "openai-js": (by_openai_js, lambda: modules_with("openai")),
    "anthropic-python": (by_anthropic_python, lambda: python_with("anthropic")),
    "ollama": (by_shell, lambda: program("ollama")),
    "llm": (by_llm, lambda: program("llm")),
    "aider": (by_shell, lambda: program("aider")),
    "codex": (by_codex, lambda: program("codex")),
    "opencode": (by_opencode, lambda: program("opencode")),
}


def use(*folders):
    """Looks for clients in these folders alone, and in PATH."""
    FOLDERS[:] = folders


def is_here(name):
    return bool(STARTS[name][1]())


def start(name, text, environment=None, wrap=(), patience=PATIENCE_S):
    """Runs a client with its text until it ends, for so many seconds; wrap: words of a command that runs it elsewhere."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = Home(folder, environment or {})
        return home.run(*STARTS[name][0](home, text), wrap=wrap, patience=patience)


# What a parser of the format makes of a text.

def shell_says(text):
    """The variables that a shell would export and the words of its last command, which is not run."""
    *exports, command = text.replace("\\\n", " ").rstrip("\n").split("\n")
    if command.startswith("export "):
        exports, command = [*exports, command], ""
    names = [line.split("=")[0].removeprefix("export ") for line in exports]
    script = "\n".join([*exports, 'printf "%s\\0" ' + " ".join(f'"${name}"' for name in names), f"printf '%s\\0' {command}"])
    done = subprocess.run(["sh", "-euc", script], env={"GPU_KEY": "sk-right"}, capture_output=True, check=True)
    values = done.stdout.decode().split("\0")[:-1]
    return dict(zip(names, values)), values[len(names):]


PARSERS = {"JSON": json.loads, "TOML": tomllib.loads, "Python": lambda text: compile(text, "client.py", "exec"),
           "YAML": lambda text: yaml.safe_load(text), "shell": shell_says}
