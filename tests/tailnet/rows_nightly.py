"""What takes longer than CI has."""
import time

import servers
from rows import nightly

WATCH_S = 300


@nightly
def a_healthy_tailnet_watched_for_five_minutes_is_healthy_all_the_time(lab, top):
    """Nothing above info but what the scenario brings in: gpu2 is reached by DERP alone."""
    relayed = f"https://{lab.gpu2.fqdn}"
    with servers.ollama(lab.gpu1) as ollama, servers.llama_server(lab.tagged1) as llama:
        urls = [relayed, f"https://{lab.gpu1.fqdn}", f"https://{lab.gpu1.fqdn}:8443/llama",
                f"https://{lab.gpu3.fqdn}", f"https://{lab.tagged1.fqdn}", f"http://{lab.admin.address}:8080",
                f"http://{lab.gpu1.fqdn}:{ollama.port}", f"http://{lab.tagged1.fqdn}:{llama.port}"]
        for host in (lab.gpu1, lab.gpu2, lab.gpu3, lab.tagged1):
            lab.admin.reach(host)
        with top.watch(*urls) as watch:
            watch.until(lambda look: f"{relayed}: relayed" in look.alarms)
            end = time.monotonic() + WATCH_S
            watch.until(lambda look: time.monotonic() > end, WATCH_S + 10)
    looks = watch.looks
    said = {alarm for look in looks for alarm in look.alarms} - {f"{relayed}: relayed", "gpu2: relayed"}
    assert not said, said
    states = {(row["url"], row["state"]) for look in looks for row in look.snapshot["endpoints"]}
    assert {state for url, state in states if url != relayed} <= {"ok", "unknown"}, states
    assert len(looks) >= 0.9 * WATCH_S, f"{len(looks)} snapshots in {WATCH_S} s"
    return f"{len(looks)} snapshots, {looks[-1].snapshot['ledger']['requests']} requests"
