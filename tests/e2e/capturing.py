"""How the tests start tsllm-capture."""
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CAPTURE = os.path.abspath(os.environ.get("TSLLM_CAPTURE", os.path.join(ROOT, "tsllm-capture")))
IS_SANITIZED = "asan" in CAPTURE
# Whoever looks for leaks at the end starts a thread, which the jail forbids.
ENVIRONMENT = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")


def capture(*words, **options):
    """A run to its end, with nothing on standard input unless some is given."""
    if "input" not in options:
        options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run([CAPTURE, *words], capture_output=True, timeout=60, env=ENVIRONMENT, **options)


def started(*words, **options):
    """A run that goes on."""
    return subprocess.Popen([CAPTURE, *words], env=ENVIRONMENT, **options)
