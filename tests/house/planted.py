#!/usr/bin/env python3
"""planted.py [WORD...]: plants faults into a copy of the tree, one at a time, and says which test catches each.

A row is a mistake that somebody will make: a small edit of a product file. It is applied to a copy, what depends on it is built,
and the unit programs run until one fails, then the end-to-end scripts that the row names. WORDs choose the rows whose file or
description holds one of them. Ends with 1 if a fault is not caught, or can no longer be applied: then edit its row. Some of the
scripts need root, for namespaces; without it they are skipped and catch nothing.
"""
import concurrent.futures
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import run as tests  # noqa: E402

COPIES = 2
SECONDS = 60  # of one test program
BUILD = "build/plain"


def swapped(first, second):
    """Two neighbouring rows of a table of rules, and the same the other way round."""
    return re.compile(rf'(\{{ CODE_{first},.*?\}},\s*)(\{{ CODE_{second},.*?\}},\s*)(?=\{{)', re.S), r"\2\1"


# What is wrong, file, text that occurs there once, what it becomes; then end-to-end scripts, SCRIPT or SCRIPT:WORD for the tests
# whose names hold WORD. Any white space stands for any other.
FAULTS = [
    ("a status that says stopped breaks off no request", "probes/live.c",
     "pool_halt(live->pool); ask_gpus_halt(live->gpu_asker); if (status", "ask_gpus_halt(live->gpu_asker); if (status",
     "test_trust.py:what_is_being_asked_is_broken_off"),
    ("it breaks off no request to a GPU exporter", "probes/live.c",
     "ask_gpus_halt(live->gpu_asker); if (status", "if (status", "test_gpus.py:broken_off"),
    ("a GPU exporter of MiB is read in bytes", "probes/servers/gpu_exporter.c",
     '"DCGM_FI_DEV_FB_FREE", FREE, MIB', '"DCGM_FI_DEV_FB_FREE", FREE, 1'),
    ("the memory of a GPU counts again for each of its instances", "probes/servers/gpu_exporter.c",
     "if (!is_known(seen) || is_part(reader, seen))", "if (!is_known(seen))"),
    ("a model that is loading is said to be on the CPU", "probes/ledger/gpus.c",
     "used <= shortfall->used + GROWTH", "used >= 0"),
    ("old GPU figures are shown", "probes/ledger/gpus.c", "> GAP_POLLS * gap)", "> 100 * GAP_POLLS * gap)"),

    ("a canary is sent whatever is answered", "tui/ui/canary.c",
     "if (key != 'y' && key != 'Y')", "if (key == PRESS_ESCAPE)"),
    ("a comment is a token", "probes/endpoints/canary_event.c",
     "if (*json_text(object, text)) {", "if (json_has(object, text)) {"),
    ("a canary through a gateway is free", "probes/report/canary_plan.c",
     "if (may_bill(endpoint, model, warmth)) return COST_BILLS;", ""),
    ("a canary is counted at each of its observations", "probes/ledger/canaries.c",
     "if (was_running && !canary_is_running(", "if (!canary_is_running("),
    ("a series goes on after a failure", "probes/endpoints/canary_run.c",
     "enter(run, is_done ? PHASE_AFTER : PHASE_NONE);", "enter(run, PHASE_AFTER);", "test_canary.py:ends_a_series"),
    ("what a server says of a key is not searched for it", "probes/endpoints/canary_run.c",
     "http_hide_keys(run->http, raw, length); if (run->now.sends_key) secret_hide(raw, length, request.key);", "",
     "test_canary.py:into_no_output"),

    ("C1 control characters pass", "probes/base/text.c",
     "(UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf |", "(UC_CATEGORY_MASK_Cf |"),
    ("bytes are counted by 1024 and called kB", "probes/base/text.c",
     "value /= 1000;", "value /= 1024;"),
    ("a file that its group may read is private", "probes/base/private.h",
     "#define PRIVATE_SECRET (S_IRWXG | S_IRWXO)", "#define PRIVATE_SECRET S_IRWXO"),
    ("a time zone east of Greenwich is added", "probes/base/when.c",
     "days * DAY_MS - offset", "days * DAY_MS + offset"),
    ("a clock that was set back is not noticed", "probes/base/when.c",
     "drift > JUMP_MS || drift < -JUMP_MS", "drift > JUMP_MS"),

    ("a rate from a counter that was reset", "probes/model/series.c",
     "isnan(after) || after < before || seconds <= 0", "isnan(after) || seconds <= 0"),
    ("samples older than the window stay in it", "probes/model/window.c",
     "window->slots[slot].to_ms && now.mono_ms - window->slots[slot].to_ms <= WINDOW_MS",
     "window->slots[slot].to_ms && now.mono_ms"),
    ("two ports with the same models are one engine", "probes/take/same_engine.c",
     "if (found != SIZE_MAX) return SIZE_MAX;", ""),
    ("the row of an engine hides its worst endpoint", "probes/take/same_engine.c",
     "if (rows[i].state > rows[lead->worst].state)", "if (rows[i].state > STATE_COUNT)"),
    ("what is folded is not searched", "tui/table/rows.c",
     "if (!is_in[top] && is_wanted(view, snapshot, row, filter))", "if (top == row && is_wanted(view, snapshot, row, filter))"),
    ("a state that is slow blocks", "probes/model/states.c",
     "return state >= STATE_OFFLINE && state != STATE_SLOW;", "return state >= STATE_OFFLINE;"),

    ("redirects are followed", "probes/io/http_call.c",
     "CURLOPT_FOLLOWLOCATION, 0L", "CURLOPT_FOLLOWLOCATION, 1L"),
    ("no limit of a body", "probes/io/http_call.c",
     "call->body_bytes > call->body_max", "call->body_bytes > call->body_max * 1000"),
    ("the deadline of a request is doubled", "probes/io/http_call.c",
     "CURLOPT_TIMEOUT_MS, request->total_ms", "CURLOPT_TIMEOUT_MS, 2 * request->total_ms"),
    ("a child's grandchildren outlive its deadline", "probes/io/run.c",
     "kill(-run->process.pid, SIGKILL);", "kill(run->process.pid, SIGKILL);"),
    ("an expired certificate is called untrusted", "probes/io/http_outcome.c",
     "{ 10, TLS_EXPIRED },", "{ 10, TLS_UNTRUSTED },"),
    ("a spent budget of ports is the server's fault", "probes/io/budget.c",
     "os_error == EADDRNOTAVAIL || os_error == EAGAIN", "os_error == EAGAIN"),

    ("a repeated event does not count", "probes/ledger/events.c",
     "event->times++;", ""),
    ("events of two machines are folded into one", "probes/ledger/events.c",
     "strcmp(event->who, fresh->who) != 0 || strcmp(event->text, fresh->text) != 0", "strcmp(event->text, fresh->text) != 0"),
    ("the index does not learn a peer's key", "probes/ledger/links.c",
     "link->disco); peer_index_key(ledger, peer);", "link->disco);"),
    ("an unknown rate is 0", "probes/ledger/traffic.c",
     "traffic->tx_per_s[i] = NAN;", "traffic->tx_per_s[i] = 0;"),
    ("another server at a URL keeps the version of the one before", "probes/ledger/endpoints.c",
     'mem_replace(&endpoint->version, "");', ""),
    ("a silence counts while the path changes", "probes/ledger/endpoints.c",
     "else if (!path_is_changing(ledger, endpoint->peer_id, now)) endpoint->misses++;", "else endpoint->misses++;"),
    ("a handshake's round trip is given up before the next handshake", "probes/ledger/peers.c",
     '{ "wireguard", 150000 }', '{ "wireguard", 15000 }'),
    ("a new kind of path is believed at once", "probes/ledger/status.c",
     "peer->candidate_polls < 2 && before", "peer->candidate_polls < 1 && before"),
    ("after a sleep a server's silences still count", "probes/ledger/ledger.c",
     "endpoint->misses = 0;", ""),
    ("this program's own requests are counted as a client's", "probes/ledger/exchanges.c",
     "flow->exchanges -= exchanges_of(sniffed);", ""),
    ("an exchange counts for a percentile each time it is told while it is open", "probes/ledger/exchanges.c",
     "if (!sniffed->is_open) note_ttft(flow", "if (true) note_ttft(flow"),

    ("an offline host takes the blame for its expired key", "probes/verdicts/peer.c",
     *swapped("KEY_EXPIRED", "HOST_OFFLINE")),
    ("a firewall that drops is blamed for what the policy forbids", "probes/verdicts/reach.c",
     *swapped("ACL_DENIED", "FILTERED")),
    ("one status is enough for offline", "probes/ledger/peers.c",
     "peer->offline_polls >= 2 && !peer->ping_ok", "peer->offline_polls >= 1 && !peer->ping_ok"),
    ("a connect that timed out once is silence", "probes/verdicts/judge.c",
     "endpoint->misses >= 2 &&", "endpoint->misses >= 1 &&"),
    ("half of all pings may be lost", "probes/verdicts/peer.c",
     "#define LOSSY_SHARE 0.05", "#define LOSSY_SHARE 0.5"),
    ("a certificate is expiring all its life", "probes/verdicts/tls.c",
     "#define CERT_NOTICE_MS (14 *", "#define CERT_NOTICE_MS (140 *"),
    ("an old queue is shown as today's", "probes/verdicts/judge.c",
     "#define FIGURES_MS 60000", "#define FIGURES_MS 600000"),
    ("a state that stays as it is counts as a change", "probes/verdicts/note.c",
     "return from != to && (note_is_trouble(from)", "return (note_is_trouble(from)"),
    ("TLS is given up at the first timeout", "probes/verdicts/tls.c",
     "is_tls(e, TLS_TIMEOUT) && e->endpoint->misses >= 2", "is_tls(e, TLS_TIMEOUT) && e->endpoint->misses >= 1"),
    ("a verdict that ended keeps its beginning", "probes/verdicts/apply.c",
     "open_verdicts->count = kept;", "(void)kept;"),
    ("IPv6 on one side alone goes round two hard NATs", "probes/verdicts/relay_reason.c",
     "ends->here->has_ipv6 != TRI_NO && ends->there", "ends->here->has_ipv6 != TRI_NO || ends->there"),
    ("a flap of an hour ago still counts", "probes/verdicts/engine.c",
     "#define FLAP_SPAN_MS (10 *", "#define FLAP_SPAN_MS (100 *"),

    ("an engine's figures are not shared with the mount", "probes/take/take.c",
     "fields_share(&fields_engine, &other->figures, &backend->figures);", ""),
    ("prefill is not shared with the mount", "probes/take/take.c",
     "fields_share(&fields_latency, &other->latency, &backend->latency);", ""),
    ("a setting of an engine is forgotten with its moment", "probes/model/fields.c",
     'FIELD(figures, slots, "slots", COUNT, SETTING,', 'FIELD(figures, slots, "slots", COUNT, MOMENT,'),
    ("a relay by DERP is nearer than one by a peer", "probes/take/rank.c",
     "[PATH_PEER_RELAY] = 3,", "[PATH_PEER_RELAY] = 5,"),
    ("an unknown figure ranks first", "probes/take/rank.c",
     "return isnan(a) - isnan(b); return (a > b)", "return isnan(b) - isnan(a); return (a > b)"),
    ("a daemon that is silent for long is not stale", "probes/take/take.c",
     "d->age_ms > 3 * (double)", "d->age_ms > 30 * (double)"),

    ("the host of a remote model is not redacted", "probes/report/texts.c",
     "NAME(model, remote_host, SECRET_HOST),", ""),
    ("the tailnet's name is not redacted", "probes/report/texts.c",
     "NAME(daemon, magicdns_suffix, SECRET_TAILNET),", ""),
    ("a part of a model's name is as good as its name", "probes/report/pick.c",
     "#define CERTAIN_WAYS 3", "#define CERTAIN_WAYS 4"),
    ("a verdict that is ignored is a fault of its layer", "probes/report/diagnose.c",
     "verdict->severity > SEVERITY_INFO && !verdict->is_muted", "verdict->severity > SEVERITY_INFO"),

    ("a long prompt is a stall", "probes/servers/vllm.c",
     '{ "vllm:iteration_tokens_total_count", METRIC_SUM, offsetof(struct reading, progress), NULL },', ""),
    ("the fullest cache of several is the emptiest", "probes/servers/prometheus.c",
     "else if (value > *place)", "else if (value < *place)"),
    ("each rank of an engine counts its requests again", "probes/servers/prometheus_series.c",
     "last->value = fmax(last->value, samples[i].value);", "last->value += samples[i].value;"),
    ("one hung engine of several hides in their sum", "probes/verdicts/work.c",
     "if (!hung || hung == engine->parts.count)", "if (hung || !hung)"),
    ("sizes in gigabytes are read as bytes", "probes/servers/lemonade.c",
     'json_amount(entry, "size") * 1e9', 'json_amount(entry, "size")'),

    ("traffic by a peer relay over IPv6 is lost", "probes/tailscaled/metrics.c",
     '{ "peer_relay_ipv6\\"} ", TRAFFIC_PEER_RELAY },', ""),
    ("nanoseconds are read as microseconds", "probes/tailscaled/netcheck.c",
     "region) / 1e6", "region) / 1e3"),
    ("a daemon that answers slowly is asked as often", "probes/tailscaled/poll.c",
     "return ask->took * 2 > wanted ? ask->took * 2 : wanted;", "(void)ask; return wanted;",
     "test_watch.py:a_daemon_that_answers_slowly"),
    ("an expired node key is not read", "probes/tailscaled/status_peer.c",
     'FIELD("Expired", FLAG, is_expired),', ""),

    ("the helper is started again without a pause", "probes/packets/helper.c",
     "start_in(helper, helper_delay_ms(helper->failures++));", "start_in(helper, 10);"),
    ("a pair that stands twice in a line is taken", "probes/packets/lines.c",
     "if (*seen & UINT64_C(1) << (field - fields))", "if (0)"),
    ("a region that is unknown is asked about all the time", "probes/packets/supervise.c",
     "#define MAP_AGAIN_MS (5 * 60 * 1000)", "#define MAP_AGAIN_MS 0",
     "test_helper.py:a_map_of_derp"),

    ("a key goes where the local resolver leads a name", "probes/endpoints/registry.c",
     "(at->owner == OWNER_PEER && !at->is_resolved)", "at->owner == OWNER_PEER",
     "test_trust.py:a_name_that_the_resolver"),
    ("a server that is down is asked as often", "probes/endpoints/worker_plan.c",
     "gap < BACK_OFF_MAX_MS; i++) gap *= 2;", "gap < BACK_OFF_MAX_MS; i++) gap *= 1;"),
    ("a host is pinged every six seconds", "probes/endpoints/confirm.c",
     "#define AGAIN_MS 60000", "#define AGAIN_MS 6000"),
    ("a host that swallows connects is asked at all its ports", "probes/endpoints/discover_round.c",
     "#define SILENCES_MAX 2", "#define SILENCES_MAX 20"),
    ("a stranger is asked while no interface of the tailnet is up", "probes/endpoints/pool.c",
     "!daemon_runs_for_certain(ledger) || !has_way(pool) ||", "!daemon_runs_for_certain(ledger) ||",
     "test_trust.py:userspace_networking"),
    ("what answers 502 is never asked again", "probes/endpoints/left_alone.c",
     "outcome == OUTCOME_ANSWERED && status < 500", "outcome == OUTCOME_ANSWERED && status < 600"),
    ("a family in the state file may be any word", "probes/endpoints/state_file.c",
     "|| !is_family_name(family) ||", "||"),

    ("a period of a tenth of a second is taken", "tui/config_keys.c",
     "offsetof(struct settings, period_s), 0.5, 3600", "offsetof(struct settings, period_s), 0.05, 3600"),

    ("a wheel is a click", "tui/term/screen.c",
     "return press_at(PRESS_WHEEL_DOWN, event.x, event.y);", "return press_at(PRESS_CLICK, event.x, event.y);",
     "test_screen.py:the_wheel"),
    ("a copied text lacks its padding", "tui/term/screen.c",
     "i + k > length ? '='", "i + k > length + 2 ? '='",
     "test_screen.py:what_is_copied"),

    ("a filter minds its first word alone", "tui/table/rows.c",
     'while (*(filter += strspn(filter, " ")))', 'if (*(filter += strspn(filter, " ")))'),
    ("what is unknown comes first", "tui/table/columns.c",
     "return isnan(a) - isnan(b);", "return isnan(b) - isnan(a);"),
    ("heads are clicked without the gaps between them", "tui/table/table.c",
     "start += table->widths[i] + gap_of(table->width);", "start += table->widths[i];"),

    ("loaded and known models change places", "tui/views/fleet.c",
     "endpoint->loaded_models, endpoint->models.count);", "endpoint->models.count, endpoint->loaded_models);"),
    ("sent and received change places", "tui/views/clients.c",
     "return flow_of(snapshot, row)->rx_per_s;", "return flow_of(snapshot, row)->tx_per_s;"),

    ("a click hits the row below", "tui/ui/mouse.c",
     "(y - drawn->heads_y - 1)", "(y - drawn->heads_y)"),
    ("Escape keeps what was typed", "tui/ui/type.c",
     "if (!is_kept) snprintf", "if (0) snprintf"),

    ("jitter is not printed", "probes/model/fields.c",
     'FIELD(path, jitter_ms, "jitter_ms", MS, MOMENT, "difference of successive round trips, mean"),', "",
     "test_schema.py"),
    ("GPU memory is printed as size", "probes/model/fields.c",
     'FIELD(model, size_bytes, "size_bytes"', 'FIELD(model, vram_bytes, "size_bytes"'),

    ("a verdict that is ignored is told like any other", "tui/out/json_parts.c",
     'json_out_true(out, "muted", verdict->is_muted);', ""),

    ("information is as bad as a fault in the metrics, so that it raises an alert", "tui/out/exposition_memory.c",
     "verdict->is_muted ? 0 : 1 + (int)verdict->severity", "verdict->is_muted ? 0 : 3"),

    ("a packet that two devices show is counted twice", "capture/paths.c",
     "if (*last == mark)", "if (0)", "test_wire.py:copies"),
    ("a segment that was sent twice is timed", "capture/tcp.c",
     "if (packet->length) side->is_timed = false; return 0;", "return 0;"),
    ("a busy connection tells each exchange", "capture/flows.c",
     "#define SAID_MAX 5", "#define SAID_MAX 500"),
    ("what is written may go into a socket that captures", "capture/jail.c",
     "{ SCMP_SYS(write), 1, { { 0, SCMP_CMP_EQ, STDERR_FILENO, 0 } } }",
     "{ SCMP_SYS(write), 0, { { 0, SCMP_CMP_EQ, STDERR_FILENO, 0 } } }"),
    ("a ping is called lost though the path is heard", "capture/paths.c",
     "if (path->pongs && !is_heard_since(path, path->waiting))", "if (path->pongs)",
     "test_wire.py:data-instead-of-a-pong"),
]


def edit(before, wanted, instead):
    """The text with the fault in it, and how often it could be planted there."""
    if isinstance(wanted, re.Pattern):
        return wanted.subn(instead, before)
    return re.subn(r"\s+".join(re.escape(part) for part in wanted.split()), lambda _: instead, before)


def copy_tree(to):
    """A copy with its build directory and its times, so that make builds in it what changed and no more."""
    def left_out(directory, names):
        return set(names) - {"plain"} if directory == os.path.join(ROOT, "build") else {".git", "__pycache__"}

    shutil.copytree(ROOT, to, symlinks=True, ignore=left_out)


def build(tree):
    """What make says where it fails."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(["make", "-s", "test-programs"], cwd=tree, env=environment, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""


def failure_of(tree, name, command):
    """The first test of a program that fails there; "" where all is well."""
    environment = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP", LC_ALL="C.UTF-8", TZ="UTC",
                       TSLLM_TOP=f"{tree}/tsllm-top", TSLLM_CAPTURE=f"{tree}/tsllm-capture", TSLLM_BUILD=f"{tree}/{BUILD}")
    try:
        done = subprocess.run(command, cwd=tree, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS,
                              check=False)
    except subprocess.TimeoutExpired:
        return f"{name}: does not end"
    failed = re.search(r"^not ok(?!.*# SKIP)[ \d]*-?\s*(.*)", done.stdout.decode(errors="replace"), re.M)
    if failed:
        return f"{name}: {failed.group(1)}"
    return f"{name}: exit status {done.returncode}" if done.returncode else ""


def units(tree):
    for source in sorted(os.listdir(f"{ROOT}/tests/unit")):
        name, kind = os.path.splitext(source)
        if name.startswith("test_") and kind == ".c":
            yield name, [f"{tree}/{BUILD}/tests/{name}"]


def scripts(tree, chosen, network):
    for script in chosen:
        name, _, word = script.partition(":")
        yield name, ["env", f"TSLLM_TEST={word}", *network, sys.executable, f"{tree}/tests/e2e/{name}"]


def first_failure(tree, chosen, network):
    programs = [*units(tree), *scripts(tree, chosen, network)]
    return next(filter(None, (failure_of(tree, *program) for program in programs)), "")


def plant(tree, fault, network):
    """Whether it is caught, and what to say of it."""
    _, path, wanted, instead, *chosen = fault
    name = os.path.join(tree, path)
    if not os.path.exists(name):
        return False, "NO SUCH FILE"
    with open(name, encoding="utf-8") as file:
        before = file.read()
    after, times = edit(before, wanted, instead)
    if times != 1:
        return False, f"NO LONGER APPLIES: its text is there {times} times"
    try:
        with open(name, "w", encoding="utf-8") as file:
            file.write(after)
        trouble = build(tree)
        if trouble:
            return False, f"DOES NOT BUILD\n{trouble}"
        caught = first_failure(tree, chosen, network)
        return bool(caught), f"caught by {caught}" if caught else "NOT CAUGHT"
    finally:
        with open(name, "w", encoding="utf-8") as file:
            file.write(before)


def main():
    words, network = sys.argv[1:], tests.own_network()
    rows = [row for row in FAULTS if not words or any(word in row[0] or word in row[1] for word in words)]
    with tempfile.TemporaryDirectory(prefix="tsllm-planted-") as directory:
        trees = queue.SimpleQueue()
        for i in range(min(COPIES, len(rows))):
            copy_tree(f"{directory}/{i}")
            trees.put(f"{directory}/{i}")

        def work(row):
            tree = trees.get()
            try:
                return row, *plant(tree, row, network)
            finally:
                trees.put(tree)

        if not rows:
            sys.exit("there is no such fault")
        wrong = first_failure(f"{directory}/0", sorted({script for row in rows for script in row[4:]}), network)
        if wrong:
            sys.exit(f"without any fault: {wrong}")
        caught = 0
        with concurrent.futures.ThreadPoolExecutor(COPIES) as pool:
            for row, is_caught, said in pool.map(work, rows):
                print(f"{row[1]}: {row[0]}: {said}", flush=True)
                caught += is_caught
    print(f"{len(rows)} faults, {caught} caught, {len(rows) - caught} not")
    return 0 if caught == len(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
