#!/usr/bin/python3
"""Makes the recording that --demo plays: ten minutes of the fake tailnet, in which something happens.

The machines are those of demo.scenario; what happens to them is here, spread over the time that it takes.
"""
import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time

from fake import FakeTailnet
import tunnel

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = 600
# What the program sees where it is recorded: a machine with systemd, as most are. In a mount namespace of its own.
SYSTEMD = "/run/systemd/system"
WITH_SYSTEMD = ["unshare", "--mount", "sh", "-c", f'mount -t tmpfs tmpfs /run && mkdir -p {SYSTEMD} && exec "$@"', "sh"]
HAPPENS = """
config period = 3
at 10 gpu3:vllm    recording vllm-0.32.0-cpu/generating works 42
at 40 gpu4:big     recording llama-server-0.5.0/ready-idle
at 75 gpu1         path derp fra rtt 31
at 100 nas:ollama  recording ollama-0.17.4/loading
at 130 nas:ollama  recording ollama-0.17.4/loaded-idle
at 165 gpu1        path direct rtt 0.4
at 190 gpu2:llama  recording llama-server-0.5.0/queue streams 12 2600
at 230 gpu2:llama  recording llama-server-0.5.0/generating streams 56 80
at 250 studio:mlx  die
at 280 studio      offline
at 350 studio      online direct
at 365 studio:mlx  recording mlx-lm-0.32.2/ready-idle
at 390 gpu1:ollama recording ollama-0.17.4/two-models-loaded
at 430 gpu1:ollama recording ollama-0.17.4/loaded-idle
at 460 gpu3:vllm   recording vllm-0.32.0-cpu/engine-sigstop works 0
at 520 gpu3:vllm   recording vllm-0.32.0-cpu/generating works 42
at 560 daemon      restart
"""


def scenario():
    with open(os.path.join(HERE, "demo.scenario"), encoding="utf-8") as file:
        return "".join(line for line in file if not line.startswith(("at ", "deserves "))) + HAPPENS


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--top", required=True, metavar="PROGRAM")
    parser.add_argument("--seconds", type=float, default=SECONDS, metavar="N")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--tunnel", action="store_true", help="in this network namespace, which is its own")
    arguments = parser.parse_args()
    if not arguments.tunnel:
        tunnel.enter()
        print("no tunnel can be made here: all round trips are the loopback's", file=sys.stderr)
    with tempfile.NamedTemporaryFile("w", suffix=".scenario") as file:
        file.write(scenario())
        file.flush()
        with FakeTailnet(path=file.name, tunnel=arguments.tunnel) as fake:
            within = WITH_SYSTEMD if arguments.tunnel and not os.path.isdir(SYSTEMD) else []
            child = subprocess.Popen([*within, arguments.top, "--config", fake.config, "--socket", fake.socket, "--watch",
                                      "--period", "3", "--record", arguments.file], env=fake.environment,
                                     stdout=subprocess.DEVNULL)
            time.sleep(arguments.seconds)
            child.send_signal(signal.SIGTERM)
            child.wait(timeout=10)
    print(f"{arguments.file}: {os.path.getsize(arguments.file)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
