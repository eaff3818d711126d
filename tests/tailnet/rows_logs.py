"""The log of a server, where it runs: by its process, behind a mount, for another user, and from another machine."""
import subprocess

from hosts import DOMAIN
from rows import QUIETLY, row
from top import NOBODY


def log(top, host, url, **how):
    words, environment = top.command(host, [f"--server-log={url}"], QUIETLY, **how)
    words.remove("--format=json")
    return subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)


@row
def the_log_of_a_server_is_read_where_it_runs(lab, top):
    path = lab.gpu1.log(8080)
    with open(path, "a", encoding="ascii") as file:
        file.write("cudaMalloc failed: out of memory\n")
    for url in (f"http://{lab.gpu1.address}:8080", "http://127.0.0.1:8080", f"https://{lab.gpu1.fqdn}:8443/llama"):
        done = log(top, lab.gpu1, url)
        assert done.returncode == 0 and path in done.stderr, (url, done.stderr)
        assert "cudaMalloc failed: out of memory\n  = the GPU has too little free memory" in done.stdout, (url, done.stdout)
    hidden = log(top, lab.gpu1, "http://127.0.0.1:8080", user=NOBODY)
    assert hidden.returncode == 3 and not hidden.stdout and "belongs to another user" in hidden.stderr, hidden.stderr
    peer = log(top, lab.admin, f"http://{lab.gpu1.fqdn}:8080")
    assert peer.returncode == 3 and f"run: ssh -t gpu1.{DOMAIN} 'sudo ss -ltnp" in peer.stderr, peer.stderr
