"""Real servers on a host of the lab, and how a row asks them what they know of themselves."""
import contextlib
import hashlib
import itertools
import json
import os
import sys

import engines
import gguf
from world import children, until

PATIENCE_S = "20"
ENDLESS = {"type": "array", "minItems": 1000, "items": {"type": "string", "minLength": 1000}}   # an answer's form

clients = itertools.count()


class Server:
    def __init__(self, host, port):
        self.host, self.port = host, port

    @property
    def log(self):
        with open(self.host.log(self.port), encoding="utf-8", errors="replace") as file:
            return file.read()

    def words(self, path, *options):
        return ["curl", "-sS", "--max-time", PATIENCE_S, *options, f"http://127.0.0.1:{self.port}{path}"]

    def served(self, port=8446, path=""):
        """A mount of it, for a while; its URL."""
        return self.host.serving(port, f"http://127.0.0.1:{self.port}", path=path)

    def begin_anew(self):
        self.host.end_server(self.port)
        self.host.play_words(self.port, self.host.played[self.port])

    def ask(self, path, *options):
        return self.host.run(*self.words(path, *options))

    def get(self, path):
        return json.loads(self.ask(path))

    def post(self, path, **body):
        return json.loads(self.ask(path, "-d", json.dumps(body)))

    @property
    def direct(self):
        """Its own port, without `tailscale serve`."""
        return f"http://{self.host.fqdn}:{self.port}"

    @property
    def pid(self):
        return self.host.servers[self.port].pid

    def halted(self):
        """It takes everything and does nothing, for a while."""
        return self.host.world.halted(self.pid)

    def has_client(self):
        """Whether somebody is connected to it."""
        return self.host.run("ss", "-Htn", "state", "established", f"sport = :{self.port}")

    @contextlib.contextmanager
    def at_work(self, path, **body):
        """Somebody reads an answer as it comes, for a while; how to see what has come."""
        world, log = self.host.world, f"client-{next(clients)}.log"
        words = self.words(path, "-N", "--max-time", "600", "-d", json.dumps({**body, "stream": True}))
        client = world.start(self.host.name, words, log)

        def came():
            with open(world.path(log), encoding="utf-8", errors="replace") as file:
                return file.read()

        try:
            yield came
        finally:
            world.stop(client)


@contextlib.contextmanager
def running(host, port, words, kind=Server):
    """A server for a while."""
    server = kind(host, port)
    open(host.log(port), "w", encoding="ascii").close()     # what was there before is not of this one
    host.play_words(port, words)
    try:
        yield server
    finally:
        host.end_server(port)


def noise(host, name):
    """A model of random weights that takes no time to load; another one for another name."""
    path = host.world.path(f"{name}.gguf")
    if not os.path.exists(path):
        gguf.write(path, name)
    return path


class Ollama(Server):
    def create(self, name):
        """A model of that name. Ollama would take two of the same weights for one."""
        path = noise(self.host, name)
        with open(path, "rb") as file:
            digest = "sha256:" + hashlib.sha256(file.read()).hexdigest()
        self.ask(f"/api/blobs/{digest}", "--data-binary", f"@{path}")
        self.post("/api/create", model=name, files={f"{name}.gguf": digest}, stream=False)

    def load(self, name, keep_alive):
        self.post("/api/generate", model=name, keep_alive=keep_alive, stream=False)

    def loaded(self):
        """Until when each loaded model is kept."""
        return {model["name"]: model["expires_at"] for model in self.get("/api/ps")["models"]}

    def writing(self, model):
        """Somebody reads an answer without an end."""
        return self.at_work("/api/generate", model=model, prompt="once", raw=True, format=ENDLESS,
                            options={"num_predict": -1})

    def runner(self):
        """The process in which its one loaded model is."""
        pid, = children(self.pid)
        return pid


@contextlib.contextmanager
def ollama(host, address="0.0.0.0", port=11500, **settings):
    """Ollama with one model that is loaded and one that is not."""
    home = host.world.path("ollama")
    words = ["env", f"HOME={home}", f"OLLAMA_MODELS={home}/models", f"OLLAMA_HOST={address}:{port}",
             *(f"OLLAMA_{name.upper()}={value}" for name, value in settings.items()),
             engines.program("ollama"), "serve"]
    with running(host, port, words, Ollama) as server:
        for name in ("warm", "cold"):
            server.create(name)
        server.load("warm", "10m")
        yield server


class LlamaServer(Server):
    def is_ready(self):
        return self.get("/health").get("status") == "ok"

    def metrics(self):
        """Its counters and gauges."""
        lines = (line.rpartition(" ") for line in self.ask("/metrics").splitlines() if not line.startswith("#"))
        return {name.removeprefix("llamacpp:"): float(value) for name, _, value in lines}


def llama_words(host, port, model, *options):
    return ["env", f"HOME={host.world.folder}", engines.program("llama-server"), "--model", model, "--alias", "noise",
            "--host", "0.0.0.0", "--port", str(port), "--parallel", "1", "--ctx-size", "1000", "--metrics", *options]


@contextlib.contextmanager
def llama_server(host, *options, port=8500):
    with running(host, port, llama_words(host, port, noise(host, "noise"), *options), LlamaServer) as server:
        until(server.is_ready, "llama-server is not ready")
        yield server


@contextlib.contextmanager
def steady_llama_server(host, port=8500):
    """One whose model is large enough that a token takes it some milliseconds, as real ones do."""
    model = host.world.path("steady.gguf")
    if not os.path.exists(model):
        gguf.write(model, "steady", 768, 6, is_hollow=True)
    with running(host, port, llama_words(host, port, model), LlamaServer) as server:
        until(server.is_ready, "llama-server is not ready", 60)
        yield server


@contextlib.contextmanager
def loading_llama_server(host, port=8500):
    """One that has just begun to load a model that takes it seconds."""
    model = host.world.path("hollow.gguf")
    gguf.write(model, "hollow", 2048, 8, is_hollow=True)
    try:
        with running(host, port, llama_words(host, port, model), LlamaServer) as server:
            yield server
    finally:
        os.remove(model)


@contextlib.contextmanager
def litellm(host, upstream, key="sk-right", port=4000):
    """LiteLLM with one model, which is behind a port of the same host."""
    models = host.world.path("litellm.yaml")
    with open(models, "w", encoding="ascii") as file:
        file.write("model_list:\n- model_name: tiny\n  litellm_params:\n    {model: openai/tiny, "
                   f"api_base: 'http://127.0.0.1:{upstream}/v1', api_key: none}}\n")
    with running(host, port, [
            "env", f"HOME={host.world.folder}", f"LITELLM_MASTER_KEY={key}", "LITELLM_LOCAL_MODEL_COST_MAP=True",
            engines.program("litellm"), "--config", models, "--host", "127.0.0.1", "--port", str(port)]) as server:
        yield server


class Counter(Server):
    def calls(self):
        """The lines of the requests that came."""
        return [line for line in self.log.splitlines() if "HTTP/1" in line]


def files(port, folder="."):
    """The command of a server of files."""
    return [sys.executable, "-m", "http.server", str(port), "--directory", folder]


@contextlib.contextmanager
def counter(host, port=9400):
    """A server that refuses whatever comes, and logs it."""
    with running(host, port, files(port), Counter) as server:
        yield server
