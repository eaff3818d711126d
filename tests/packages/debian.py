"""Bare Debian trees to build and to install in: made by debootstrap, kept between runs, never changed.

A tree is a stack of layers of an overlay. What is done in it goes into the uppermost and is thrown away with it, or is
kept as a layer of its own: the packages that a build needs are installed once. Each command has a mount and a process
namespace of its own, so nothing stays mounted and nothing stays running.
"""
import os
import shutil
import subprocess
import tempfile

CACHE = os.environ.get("TSLLM_TREES", "/var/tmp/tsllm-trees")
MIRROR = "http://deb.debian.org/debian"
SECURITY = "http://deb.debian.org/debian-security"
APT = ["env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8", "apt-get", "-y", "-qq", "-o", "Dpkg::Use-Pty=0",
       "--no-install-recommends"]

# Arguments: the overlay's options, the root, what is mounted in it, then what is run there. It has no network but loopback,
# or this one's.
ENTER = """
set -e
root=$2 volumes=$3
ip link set lo up
mount -t overlay overlay -o "$1" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do touch "$root/dev/$device"; mount --bind /dev/$device "$root/dev/$device"; done
mkdir -m 1777 "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for volume in $volumes; do
	from=${volume%%:*} to=$root${volume#*:}
	mkdir -p "${to%/*}"
	if [ -d "$from" ]; then mkdir -p "$to"; else touch "$to"; fi
	mount --bind "$from" "$to"
done
shift 3
exec chroot "$root" "$@"
"""


class Failed(Exception):
    pass


def call(words, **more):
    """What it printed on both; Failed with all of that unless it ends with 0."""
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", check=False, **more)
    if done.returncode:
        raise Failed(f"{' '.join(words[-12:])}: status {done.returncode}\n{done.stdout[-6000:]}")
    return done.stdout


class Tree:
    """A root to work in, above the layers; a context, in the end of which it is gone."""

    def __init__(self, layers):
        self.layers = layers

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="tree-", dir=CACHE)
        for name in ("upper", "work", "root"):
            os.mkdir(os.path.join(self.folder, name), 0o755)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    @property
    def upper(self):
        """Where everything is that was changed in it."""
        return os.path.join(self.folder, "upper")

    def words(self, *words, network=False, volumes=()):
        """What runs these in it. Volumes: PATH:INSIDE, a file or folder of this machine that is seen inside."""
        work, root = (os.path.join(self.folder, name) for name in ("work", "root"))
        options = f"lowerdir={':'.join(reversed(self.layers))},upperdir={self.upper},workdir={work}"
        return ["unshare", *([] if network else ["--net"]), "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", ENTER, "sh", options, root,
                " ".join(volumes), "env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
                "HOME=/root", "TERM=xterm-256color", *words]

    def run(self, *words, seconds=3600, network=False):
        return call(self.words(*words, network=network), timeout=seconds)

    def put(self, path, inside):
        """A copy of a file or folder of this machine."""
        to = os.path.join(self.upper, inside.lstrip("/"))
        os.makedirs(os.path.dirname(to), exist_ok=True)
        (shutil.copytree if os.path.isdir(path) else shutil.copy)(path, to)

    def get(self, inside, path):
        """A file that was made in this tree."""
        shutil.copy(os.path.join(self.upper, inside.lstrip("/")), path)

    def keep(self, path):
        os.rename(self.upper, path)


def base(release):
    """The layer of a bare Debian, with updates; made if it is not there."""
    path = os.path.join(CACHE, release, "base")
    if not os.path.isdir(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        new = tempfile.mkdtemp(prefix="new-", dir=CACHE)
        os.chmod(new, 0o755)
        call(["debootstrap", "--variant=minbase", release, new, MIRROR])
        with open(os.path.join(new, "etc/apt/sources.list"), "w", encoding="utf-8") as file:
            file.write(f"deb {MIRROR} {release} main\ndeb {MIRROR} {release}-updates main\n"
                       f"deb {SECURITY} {release}-security main\n")
        shutil.copy("/etc/resolv.conf", os.path.join(new, "etc/resolv.conf"))
        os.rename(new, path)
    return path


def with_packages(layers, name, release, packages, before=()):
    """Those layers and one more, in which these packages are installed; it is made if it is not there or has others.
    before: commands to be run first."""
    path = os.path.join(CACHE, release, name)
    note = os.path.join(path, "var/lib/tsllm-packages")
    wanted = "\n".join([*map(repr, before), *packages])
    if os.path.exists(note):
        with open(note, encoding="utf-8") as file:
            if file.read() == wanted:
                return [*layers, path]
    shutil.rmtree(path, ignore_errors=True)
    with Tree(layers) as tree:
        for words in before:
            tree.run(*words)
        tree.run(*APT, "update", network=True)
        tree.run(*APT, "install", *packages, network=True)
        tree.run("sh", "-c", 'printf %s "$1" > /var/lib/tsllm-packages', "sh", wanted)
        tree.keep(path)
    return [*layers, path]
