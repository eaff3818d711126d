#!/usr/bin/python3
"""GPU exporters: what they report is in every output; what they answer wrongly troubles nobody; who is asked, and how often."""
import contextlib
import json
import socket
import subprocess
import time

import stage
from stage import KEY, SUFFIX, Server, Tailscaled, once, status
from tap import main, test, until
from top import codes

stage.enter(__file__)

GPU1, EVIL = "100.64.0.5", "100.64.0.66"
LLM = f"http://gpu1.{SUFFIX}:18080"
OURS = status(("gpu1", GPU1))
LABELS = '{gpu="0",UUID="GPU-5ecret",modelName="NVIDIA GeForce RTX 4090",Hostname="secret-host"}'
DCGM = (f"# TYPE DCGM_FI_DEV_GPU_UTIL gauge\nDCGM_FI_DEV_GPU_UTIL{LABELS} 98\nDCGM_FI_DEV_FB_USED{LABELS} 20313\n"
        f"DCGM_FI_DEV_FB_FREE{LABELS} 3800\nDCGM_FI_DEV_FB_RESERVED{LABELS} 451\n").encode()
MIB = 1024 * 1024
PLAIN = {"Content-Type": "text/plain; version=0.0.4"}
NAMED = "[peer GPU1]\ngpu = http://gpu1:9400"


def exporter(body=DCGM, address=GPU1, **more):
    return Server(address, 9400, body=body, **{**PLAIN, **more})


def peer_of(snapshot):
    return next(peer for peer in snapshot["peers"] if peer["name"].startswith("gpu1"))


@test
def what_it_reports_is_in_every_output():
    stage.needed()
    with exporter() as gpus, Server(GPU1), Tailscaled(OURS):
        snapshot = once(LLM, more=NAMED)
        doctor = stage.top("--doctor", "gpu1", urls=[LLM], more=NAMED).stdout
        metrics = stage.top("--once", "--format", "prometheus", urls=[LLM], more=NAMED).stdout
        csv = stage.top("--once", "--format", "csv", "--view", "models", urls=[LLM], more=NAMED).stdout
    gpu = peer_of(snapshot)["gpu"]
    assert gpu["exporter"] == "DCGM exporter" and "trouble" not in gpu, gpu
    assert gpu["memory_used_bytes"] == 20313 * MIB and gpu["memory_total_bytes"] == 24564 * MIB, gpu
    assert abs(gpu["busy"] - 0.98) < 1e-9 and len(gpu["gpus"]) == 1, gpu
    assert gpu["gpus"][0]["id"] == "0" and gpu["gpus"][0]["name"] == "NVIDIA GeForce RTX 4090", gpu
    assert "GPU 0 RTX 4090: 21.3 of 25.8 GB used, 98 % busy" in doctor, doctor
    assert f'tsllm_gpu_memory_used_bytes{{peer="gpu1",gpu="0"}} {20313 * MIB}' in metrics, metrics
    assert 'tsllm_gpu_info{peer="gpu1",gpu="0",name="NVIDIA GeForce RTX 4090"} 1' in metrics, metrics
    head, row = csv.splitlines()
    cells = dict(zip(head.split(","), row.split(",")))
    assert abs(float(cells["vram"]) - 20313 * MIB) < MIB and float(cells["gpu"]) == 0.98, csv
    assert gpus.paths == ["/metrics"] * 4 and set(gpus.keys) == {""}, (gpus.paths, gpus.keys)
    said = json.dumps(snapshot) + doctor + metrics + csv
    assert "5ecret" not in said and "secret-host" not in said


@test
def of_more_gpus_than_are_read_there_is_no_sum_and_it_is_said():
    stage.needed()
    body = "".join(f'DCGM_FI_DEV_FB_USED{{gpu="{i}",UUID="u{i}"}} 20313\nDCGM_FI_DEV_FB_FREE{{gpu="{i}",UUID="u{i}"}} 3800\n' for i in range(65))
    with exporter(body.encode()), Server(GPU1), Tailscaled(OURS):
        gpu = peer_of(once(LLM, more=NAMED))["gpu"]
        doctor = stage.top("--doctor", "gpu1", urls=[LLM], more=NAMED).stdout
    assert gpu["has_more"] and len(gpu["gpus"]) == 64 and "memory_used_bytes" not in gpu and gpu["gpus"][63]["memory_used_bytes"], gpu
    assert "at least 64 GPUs\n" in doctor, doctor


@test
def a_wrong_answer_is_one_word_of_the_peer_and_no_trouble():
    stage.needed()
    wrong = {"http-error": {"code": 404, "body": b"404 page not found\n"}, "too-large": {"body": DCGM * 12000},
             "no-figures": {"body": b'DCGM_FI_DEV_FB_USED{gpu="0"} NaN\nDCGM_FI_DEV_FB_FREE{gpu="0"} -5\n'}}
    with Server(GPU1), Tailscaled(OURS):
        for word, how in wrong.items():
            with exporter(**how):
                snapshot = once(LLM, more=NAMED)
            assert peer_of(snapshot)["gpu"] == {"trouble": word, "gpus": []}, (word, peer_of(snapshot))
            assert codes(peer_of(snapshot)) == ["gpu-unread"] and snapshot["status"] == "ok", snapshot
        snapshot = once(LLM, more=NAMED)
    assert peer_of(snapshot)["gpu"]["trouble"] == "no-answer" and snapshot["status"] == "ok", snapshot
    assert not codes(peer_of(snapshot)), "one request without an answer says nothing"


@test
def a_redirect_is_not_followed():
    stage.needed()
    with exporter(address=EVIL) as other, exporter(code=302, body=b"", Location=f"http://{EVIL}:9400/metrics") as gpus, \
            Server(GPU1), Tailscaled(OURS):
        snapshot = once(LLM, more=NAMED)
    assert gpus.paths == ["/metrics"] and not other.paths, (gpus.paths, other.paths)
    assert peer_of(snapshot)["gpu"]["trouble"] == "redirect", peer_of(snapshot)


@test
def nobody_else_is_asked():
    stage.needed()
    stage.hosts({"gpu1": EVIL, f"gpu1.{SUFFIX}": EVIL, "gpu.corp.example": EVIL})
    with exporter(address=EVIL) as stranger, exporter() as ours, Server(GPU1):
        with Tailscaled(status(("gpu1", GPU1), backend="Stopped")):
            once(LLM, more=NAMED)
        with Tailscaled(status(("gpu1.tailbad.ts.net", EVIL), ("nas", "100.64.0.9"))):
            once(LLM, more="[peer nas]\ngpu = http://gpu1:9400")
        with Tailscaled(OURS):
            snapshot = once(LLM, more="[peer gpu1]\ngpu = http://gpu.corp.example:9400")
            once(LLM, more=NAMED, words=["--passive"])
        assert not stranger.paths and not ours.paths, (stranger.paths, ours.paths)
        assert peer_of(snapshot)["gpu"]["trouble"] == "no-such-host", peer_of(snapshot)


@contextlib.contextmanager
def running():
    """The program, which asks the server and its GPUs."""
    with stage.configured(LLM, more=NAMED) as (given, environment):
        child = subprocess.Popen(["/run/tsllm-top", *given, "--watch", "--period", "0.5"], env=environment,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            child.terminate()
            child.wait(timeout=10)


@test
def a_request_is_broken_off_at_once_when_the_tailnet_stops():
    stage.needed()
    stage.has_address(GPU1)
    with socket.create_server((GPU1, 9400)) as port, Tailscaled(OURS) as daemon, running():
        port.settimeout(10)
        wire, _ = port.accept()
        with wire:
            wire.settimeout(10)
            assert wire.recv(4096).startswith(b"GET /metrics HTTP/1.1\r\n")
            began, daemon.told = time.monotonic(), status(backend="Stopped")
            assert wire.recv(4096) == b"" and time.monotonic() - began < 4.5, "it waits for an answer of whoever that is"


@test
def it_is_asked_every_ten_seconds_at_most():
    stage.needed()
    with exporter() as gpus, Server(GPU1) as llm, Tailscaled(OURS), running():
        assert until(lambda: llm.keys.count(KEY) >= 2 and gpus.paths), "the server was asked more often"
        assert gpus.paths == ["/metrics"], gpus.paths


@test
def a_path_before_the_metrics_is_kept_and_one_to_them_is_not_doubled():
    stage.needed()
    with exporter() as gpus, Server(GPU1), Tailscaled(OURS):
        once(LLM, more="[peer gpu1]\ngpu = http://gpu1:9400/gpu/")
        once(LLM, more=f"[peer {GPU1}]\ngpu = http://{GPU1}:9400/metrics")
    assert gpus.paths == ["/gpu/metrics", "/metrics"], gpus.paths


if __name__ == "__main__":
    main()
