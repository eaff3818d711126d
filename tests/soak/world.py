"""The scenario of a soak: a tailnet where nothing lasts, made from a seed in the language of tests/fake/scenario.py.

Engines die in six ways and come back, perhaps with another model; tailscaled goes, comes back, is logged out and
stopped; machines leave, and others join under new names. The same seed and length give the same scenario.
"""
ENGINES = {     # the recordings that an engine alternates between, and the model's name in them
    "ollama": (("ollama-0.17.4/loaded-idle", "ollama-0.17.4/models-unloaded", "ollama-0.17.4/loading"), "tiny"),
    "llama": (("llama-server-0.5.0/ready-idle", "llama-server-0.5.0/generating", "llama-server-0.5.0/loading"), "mid"),
    "router": (("llama-server-0.5.0/router-loaded", "llama-server-0.5.0/router-all-unloaded"), "tiny"),
    "vllm": (("vllm-0.32.0-cpu/ready-idle", "vllm-0.32.0-cpu/generating", "vllm-0.32.0-cpu/queue"), "tiny"),
    "swap": (("llama-swap-v250-5-g0bdb3720/ready-idle", "llama-swap-v250-5-g0bdb3720/none-running"), "tiny"),
    "mlx": (("mlx-lm-0.32.2/ready-idle",), "hf-tiny"),
}
DEATHS = {
    "refuses": ("die",),
    "hangs": ("fault frozen", "fault black-hole"),
    "trickles": ("fault trickle",),
    "cuts its answers": ("fault cut-off", "fault truncated", "fault closes"),
    "talks nonsense": ("fault garbage", "fault crowded", "fault endless", "fault many-headers", "fault html"),
    "restarts with another model": (),
}
DAEMON = (      # a trouble, and its end
    ("restart", ""), ("gone", "back"), ("frozen", "back"), ("state NeedsLogin", "state Running"),
    ("state Stopped", "state Running"), ("state Starting", "state Running"), ("health no DERP home", "health"),
    ("control off", "control on"))
PATHS = ("direct", "derp fra", "derp nyc", "relay 10.99.0.14:40000:vni:3", "idle", "offline", "online direct", "deaf",
         "online derp")
HOSTS, GUESTS, PORTS = 20, 20, (21434, 18080)


def engines():
    """(machine, port, door, engine) of all: on each host two, the first of them pinned, the second to be discovered;
    of each fifth host the first is behind HTTPS."""
    kinds = list(ENGINES)
    for host in range(HOSTS):
        for place, port in enumerate(PORTS):
            yield f"gpu{host}", port, f"gpu{host}:e{place}", kinds[(2 * host + place) % len(kinds)]


def beginning():
    yield from ("daemon magicdns off", "config discover = all", f"config ports = {', '.join(map(str, PORTS))}")
    for host in range(HOSTS):
        yield f"peer gpu{host} linux direct 192.168.1.{host + 1}:41641 rtt 1"
    for guest in range(GUESTS):
        yield f"peer guest{guest} {('linux', 'windows', 'iOS')[guest % 3]} idle"
    for host, port, door, engine in engines():
        place = f"https 18443 / {ENGINES[engine][0][0]} pinned" if door.endswith("0:e0") or door.endswith("5:e0") else \
            f"raw {port} {ENGINES[engine][0][0]}{' pinned' if port == PORTS[0] else ''}"
        yield f"door {door} {place} works 30"
    for number in range(4):
        yield f"door guest{number}:llm raw {PORTS[0]} {ENGINES['ollama'][0][0]}"


def engine_events(random, seconds):
    """Each engine dies every minute or so, each time in one of the six ways, and comes back after a while."""
    fresh = 0
    for _, _, door, engine in engines():
        recordings, model = ENGINES[engine]
        now = random.uniform(2, 60)
        while now < seconds:
            ways = DEATHS[random.choice(list(DEATHS))]
            if ways:
                yield now, door, random.choice(ways)
                now += random.uniform(2, 40)
            fresh += 1
            yield now, door, f"recording {random.choice(recordings)} says model{fresh % 500} {model}"
            now += random.uniform(20, 100)


def daemon_events(random, seconds):
    now = random.uniform(5, 30)
    while now < seconds:
        trouble, end = random.choice(DAEMON)
        yield now, "daemon", trouble
        now += random.uniform(2, 8)
        if end:
            yield now, "daemon", end
        now += random.uniform(20, 90)


def peer_events(random, seconds):
    """Paths change every few seconds, and each minute or so a guest leaves, to join again as a machine of another name. The dashboard
    keeps the history of each machine for a day, so more of them would look like a leak."""
    now, joined = 1.0, 1.0
    fresh = 0
    while now < seconds:
        yield now, f"gpu{random.randrange(HOSTS)}", random.choice(PATHS)
        if now >= joined:
            guest = f"guest{random.randrange(GUESTS)}"
            fresh += 1
            yield now + 0.5, guest, "leave"
            yield now + random.uniform(1, 5), guest, f"join machine{fresh} online {random.choice(('idle', 'direct', 'derp'))}"
            joined = now + random.uniform(30, 90)
        now += random.uniform(1, 6)


def scenario(random, seconds):
    events = [*engine_events(random, seconds), *daemon_events(random, seconds), *peer_events(random, seconds)]
    return "\n".join([*beginning(), *(f"at {when:.2f} {who} {what}" for when, who, what in events)])
