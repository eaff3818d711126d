#!/usr/bin/python3
"""In the place of tsllm-capture: plays lines of its protocol about machines and clients that come and go."""
import os
import random
import sys
import time

NETWORK = os.environ.get("SOAK_NETWORK", "127.64")
random = random.Random(1)


def say(word, **fields):
    print(word, *(f"{key}={value}" for key, value in fields.items()))


def tell(now, total):
    for number in random.sample(range(1, 41), 12):
        path = {"local": "10.99.0.10:41641", "remote": f"192.168.1.{number}:41641", "vni": 0}
        say("rtt", at=now, method="disco", us=random.randrange(200, 90000), **path)
        say("path", at=now, rx_bytes=1000 * total, tx_bytes=10 * total, pings=total, pongs=total, lost=0, **path)
        ends = {"client": f"{NETWORK}.0.1", "server": f"{NETWORK}.0.{number}:{random.choice((21434, 18080))}"}
        if total % 2:
            ends = {"client": f"{NETWORK}.0.{number}", "server": f"{NETWORK}.0.1:{random.choice((8080, 11434))}"}
        say("flow", at=now, connections=total, open=1, up_bytes=100 * total, down_bytes=900 * total, exchanges=total, **ends)
        say("exchange", begun=now - 2000000, at=now, state="done", ttfb_us=20000, ttft_us=90000, ttft_max_us=90000,
            gap_us=20000, chunks=40, tokens=40, tokens_per_s=20, estimated=0, exchanges=total, up_bytes=1000,
            down_bytes=9000, **ends)
    say("stats", at=now, received=total, dropped=0, paths=12, flows=12)


def main():
    say("hello", protocol=1, version="0.0")
    say("device", name="eth7", link="EN10MB")
    for total in range(1, 1000000):
        tell(int(time.time() * 1e6), total)
        sys.stdout.flush()
        time.sleep(1)


if __name__ == "__main__":
    try:
        main()
    except OSError:     # whoever reads it has gone
        pass
