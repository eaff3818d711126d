"""The real servers of the lab: each is fetched and built at its first use, into a folder of the cache, from what a
package registry gives. What cannot be had, or takes too long here, is a row that is skipped.
"""
import glob
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))

import clients  # noqa: E402
from rows import Skip
from programs import cache
from world import Trouble, carry_out

PATIENCE_S = 900        # CI's; a night has time
VERSIONS = {"litellm": "1.106.2", "llama-server": "3.22.1", "ollama": "0.17.4"}     # llama-server's: of node-llama-cpp
CLIENTS = {     # what a folder of the cache holds, at the versions of tests/clients.py
    "clients-python": ("openai", "anthropic", "llm"),
    "clients-aider": ("aider-chat",),
    "clients-node": ("openai", "@openai/codex", "opencode-ai"),
}
DEBIANS = "debian"      # a proxy is that of the distribution, unpacked and not installed: no service begins to run
CMAKE = {
    "CMAKE_BUILD_TYPE": "None", "CMAKE_C_FLAGS": "-O1", "CMAKE_CXX_FLAGS": "-O1", "BUILD_SHARED_LIBS": "OFF",
    "GGML_NATIVE": "OFF", "GGML_OPENMP": "OFF", "GGML_LLAMAFILE": "OFF", "LLAMA_OPENSSL": "OFF",
    "LLAMA_BUILD_TESTS": "OFF", "LLAMA_BUILD_EXAMPLES": "OFF", "LLAMA_BUILD_APP": "OFF", "LLAMA_USE_PREBUILT_UI": "OFF",
}


def litellm(place):
    yield [sys.executable, "-m", "venv", place]
    yield [f"{place}/bin/pip", "install", "-q", f"litellm[proxy]=={VERSIONS['litellm']}"]


def llama_sources(place):
    """node-llama-cpp carries the whole of llama.cpp, as a bundle of git."""
    if not os.path.exists(f"{place}/llama.cpp"):
        yield ["npm", "pack", "--silent", "--pack-destination", place,
               f"node-llama-cpp@{VERSIONS['llama-server']}"]
        yield ["tar", "-xf", *glob.glob(f"{place}/*.tgz"), "-C", place, "package/llama/gitRelease.bundle"]
        yield ["rm", "-rf", f"{place}/part"]
        yield ["git", "-c", "advice.detachedHead=false", "clone", "-q", f"{place}/package/llama/gitRelease.bundle",
               f"{place}/part"]
        yield ["mv", f"{place}/part", f"{place}/llama.cpp"]


def llama_server(place):
    yield from llama_sources(place)
    yield ["cmake", "-S", f"{place}/llama.cpp", "-B", place, *(f"-D{name}={value}" for name, value in CMAKE.items())]
    yield ["cmake", "--build", place, "--target", "llama-server", "-j", str(os.cpu_count())]


def ollama(place):
    """A Go module comes without folders named vendor; the headers that Ollama keeps in one are llama.cpp's own."""
    sources = folder("llama-server")
    os.makedirs(sources, exist_ok=True)
    yield from llama_sources(sources)
    yield ["env", f"GOBIN={place}/bin", "CGO_ENABLED=1", f"CGO_CXXFLAGS=-O2 -I{sources}/llama.cpp/vendor",
           "go", "install", f"github.com/ollama/ollama@v{VERSIONS['ollama']}"]


def python_clients(name):
    def recipe(place):
        yield [sys.executable, "-m", "venv", place]
        yield [f"{place}/bin/pip", "install", "-q", *(f"{one}=={clients.VERSIONS[one]}" for one in CLIENTS[name])]
    return recipe


def node_clients(place):
    yield ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", place,
           *(f"{one}@{clients.NODE_VERSIONS[one]}" for one in CLIENTS["clients-node"])]


def unpacked(folder_of_it, *packages):
    """The recipe for a program of Debian packages."""
    def recipe(place):
        yield ["sh", "-c", 'cd "$0" && apt-get -q download "$@"', place, *packages]
        yield ["sh", "-c", 'cd "$0" && for package in *.deb; do dpkg -x "$package" .; done', place]
        yield ["ln", "-sfn", folder_of_it, f"{place}/bin"]
    return recipe


# name: the commands that make it, the tools they want
RECIPES = {
    "caddy": (unpacked("usr/bin", "caddy"), ("apt-get", "dpkg")),
    "haproxy": (unpacked("usr/sbin", "haproxy", "liblua5.3-0", "libopentracing-c-wrapper0", "libopentracing1"),
                ("apt-get", "dpkg")),
    "nginx": (unpacked("usr/sbin", "nginx"), ("apt-get", "dpkg")),
    "clients-aider": (python_clients("clients-aider"), ()),
    "clients-node": (node_clients, ("npm", "node")),
    "clients-python": (python_clients("clients-python"), ()),
    "litellm": (litellm, ()),
    "llama-server": (llama_server, ("npm", "git", "cmake", "g++")),
    "ollama": (ollama, ("npm", "git", "go", "g++")),
}
refused = {}    # what failed once is not tried again by this driver


def folder(name):
    if name in CLIENTS:
        versions = clients.NODE_VERSIONS if name == "clients-node" else clients.VERSIONS
        return os.path.join(cache(), "-".join([name, *(versions[one] for one in CLIENTS[name])]))
    return os.path.join(cache(), f"{name}-{VERSIONS.get(name, DEBIANS)}")


def installed(name):
    """The folder of a program, or of several; Skip where it cannot be had."""
    place = folder(name)
    if not os.path.exists(f"{place}/is-whole"):
        make(name, place)
    return place


def program(name):
    """The path of a real server; Skip where it cannot be had."""
    return f"{installed(name)}/bin/{name}"


def make(name, place):
    recipe, tools = RECIPES[name]
    missing = [tool for tool in tools if not shutil.which(tool)]
    if missing:
        raise Skip(f"{name} wants {', '.join(missing)} to be built")
    if name in refused:
        raise Skip(refused[name])
    os.makedirs(place, exist_ok=True)
    print(f"# fetching and building {name} into {place}", flush=True)
    try:
        for words in recipe(place):
            carry_out(["nice", "-n", "5", *words], PATIENCE_S)
        carry_out(["touch", f"{place}/is-whole"], PATIENCE_S)
    except (Trouble, subprocess.TimeoutExpired) as why:
        refused[name] = f"{name} cannot be had: {str(why).splitlines()[-1][:200]}"
        raise Skip(refused[name]) from why
