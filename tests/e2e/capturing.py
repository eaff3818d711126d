"""How the tests start tsllm-capture: on a file, or live in a network of its own."""
import contextlib
import os
import shutil
import subprocess
import tempfile

from tap import Skipped

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CAPTURE = os.path.abspath(os.environ.get("TSLLM_CAPTURE", os.path.join(ROOT, "tsllm-capture")))
IS_SANITIZED = "asan" in CAPTURE
# Whoever looks for leaks at the end starts a thread, which the jail forbids.
ENVIRONMENT = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
IS_ROOT = os.geteuid() == 0
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"]


def capture(*words, **options):
    """A run to its end, with nothing on standard input unless some is given."""
    if "input" not in options:
        options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run([CAPTURE, *words], capture_output=True, timeout=60, env=ENVIRONMENT, **options)


def started(*words, **options):
    """A run that goes on."""
    return subprocess.Popen([CAPTURE, *words], env=ENVIRONMENT, **options)


def only_root(what):
    if not IS_ROOT:
        raise Skipped(f"only root may {what}")


def needs(*programs):
    for program in programs:
        if not shutil.which(program):
            raise Skipped(f"there is no {program} here")


@contextlib.contextmanager
def with_its_right():
    """A copy of the program that anybody may run, with the one right that `make install` gives it."""
    only_root("give a file a right")
    needs("setcap", "setpriv")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        program = shutil.copy(CAPTURE, folder)
        if subprocess.run(["setcap", "cap_net_raw+ep", program], capture_output=True, check=False).returncode:
            raise Skipped("capabilities of files cannot be set here")
        yield program


class Live:
    """A run in a network of its own, which has the loopback and a device d0."""

    def __init__(self, *words, program=CAPTURE, becoming=(), before="", environment=ENVIRONMENT):
        """becoming: words of a program that starts it as somebody else; before: what a shell does first."""
        only_root("capture")
        needs("unshare", "nsenter", "ip")
        script = "ip link set lo up; ip tuntap add d0 mode tun && ip addr add 10.0.0.1/24 dev d0; ip link set d0 up; " \
                 f'{before} exec "$0" "$@"'
        self.process = subprocess.Popen(
            ["unshare", "-n", "sh", "-c", script, *becoming, program, *words], env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __enter__(self):
        self.first = self.process.stdout.readline()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def status(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)

    def inside(self, *words):
        """Runs a command in its network."""
        subprocess.run(["nsenter", "-n", f"--target={self.process.pid}", *words], stdin=subprocess.DEVNULL, check=True,
                       capture_output=True, timeout=20)
