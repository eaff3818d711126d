#!/usr/bin/python3
"""What machines are called and what is secret here does not get into a command or out of its line."""
import json
import os
import tempfile

import stage
from stage import Server, Tailscaled, status
from tap import main, test
from telling import TELLS, read, told, whole
from top import first, watching

GPU1 = "100.64.0.5"

stage.enter(__file__)


@test
def hostile_names_and_keys_do_not_get_through():
    stage.needed()
    ours = status(("gpu1", GPU1))
    node = next(iter(ours["Peer"].values()))
    node["HostName"] = "a'$(touch /tmp/never)\n\x1b]0;x\x07`id`\tb"
    node["DNSName"] = "a$(touch${IFS}/tmp/never).tail4c1d.ts.net."
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "config")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"discover = off\ncapture = off\nevent-log = events\n{TELLS.format(folder=folder)}"
                       f"[endpoint a]\nurl = http://{GPU1}:18080\nkey_env = TEST_KEY\nplain-key = on\n")
        environment = {**os.environ, "TEST_KEY": stage.KEY, "COPY_OF_IT": stage.KEY, "XDG_STATE_HOME": folder,
                       "TSLLM_FOREIGN": "x"}
        environment.pop("TS_SOCKET", None)
        server = Server(GPU1)
        with Tailscaled(ours), server, \
                watching("--config", config, environment=environment, program="/run/tsllm-top") as snapshots:
            assert first(snapshots, lambda snapshot: any(row["state"] == "ok" for row in snapshot["endpoints"]))
            server.__exit__()
            assert first(snapshots, lambda _: told(folder))
        found, events, environments = told(folder), read(f"{folder}/events"), "".join(whole(folder))
        assert not os.path.exists("/tmp/never")
    assert stage.KEY not in environments and "TSLLM_FOREIGN" not in environments, environments
    assert len(found) == 1 and found[0]["TSLLM_CODE"] == "not-listening", found
    assert not any(ord(character) < 32 and character not in "\t\n" for character in events + json.dumps(found)), events
    assert all(len(line.split("\t")) == 6 for line in events.splitlines()), events


main()
