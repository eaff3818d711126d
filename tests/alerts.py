#!/usr/bin/python3
"""Prints tui/share/alerts.yml: an alert for each code that may be degraded or down, and those that no code stands for.

The codes come from the tables of rules, as tests/golden/rules.txt has them. An annotation is made of labels alone:
numbers would make another alert of each. So a sentence is its rule's without what is known only at run time, or one
of SENTENCES; a fix that depends on more is left to --doctor, which says it for that machine."""
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
RULES = os.path.join(HERE, "golden/rules.txt")
PEER, ENDPOINT = "{{ $labels.peer }}", "{{ $labels.endpoint }}"

HEAD = """# Alerts for Prometheus, made by `make alerts` from the rules of tsllm-top; tsllm-top(1), VERDICTS, tells what each code
# means. The sentences with their numbers are in `tsllm-top --once`. An alert comes only for what is degraded or down:
# what is information to the dashboard is none, and `ignore` in the configuration keeps one away.
groups:
"""

# How many minutes it must hold, where that is not as for others.
MINUTES = {"engine-stalled": 1, "host-offline": 10, "relayed": 15}

SENTENCES = {
    "acl-denied": f"the tailnet policy does not let this node reach {ENDPOINT}",
    "bad-gateway": "the proxy or tailscale serve in front of it does not reach its backend",
    "bad-target": "tailscale serve cannot use its target: an IPv6 address needs brackets",
    "cert-expiring": f"the certificate of {ENDPOINT} expires soon",
    "cert-not-issued": f"{ENDPOINT} has no certificate",
    "cert-untrusted": f"the certificate of {ENDPOINT} is not trusted",
    "domain-elsewhere": f"the name of {ENDPOINT} points to a machine that is offline",
    "empty-answer": "it answers with an empty body: probably a proxy that does not know this name or path",
    "endpoint-flapping": f"{ENDPOINT} keeps changing its state",
    "engine-stalled": f"{ENDPOINT} accepts requests, but its engine makes no progress",
    "exit-node-offline": "this machine's exit node is offline or gone: what is outside the tailnet cannot be reached",
    "filtered": f"connections to {ENDPOINT} time out: a firewall or the tailnet policy drops them",
    "funnel-public": f"Funnel is on: the whole internet can use {ENDPOINT}",
    "host-check": f"{ENDPOINT} refuses the name that it is asked by",
    "key-expiring": f"the node key of {PEER} expires soon",
    "load-failed": "the server could not load a model, or lost it",
    "malformed": f"{ENDPOINT} answers what is no JSON of such a server",
    "not-tls": f"{ENDPOINT} speaks something else than its URL says: HTTP or HTTPS",
    "path-flapping": f"the path to {PEER} keeps changing between direct and relayed",
    "port-taken": "another program on this machine has its port: requests from here reach that one",
    "proxy-backend-down": f"the proxy in front of {ENDPOINT} is up, but its engine is not",
    "proxy-backend-silent": f"the proxy in front of {ENDPOINT} is up, but its engine does not answer",
    "proxy-scheme": "tailscale serve speaks HTTP to an HTTPS target, or the other way round",
    "relayed": f"traffic to {PEER} goes through a DERP relay",
    "replaced": f"another program answers at {ENDPOINT} now, or a proxy leads elsewhere",
    "router-offline": f"{ENDPOINT} is behind a subnet router that is offline",
    "routes-not-accepted": f"{ENDPOINT} cannot be reached: this machine does not accept subnet routes",
    "serve-renamed": "tailscale serve is set up for another name of this machine: nothing answers under the old one",
    "server-error": "the server answers with errors (HTTP 5xx)",
    "status-stale": "tailscaled has not answered for a while: what is known of the tailnet is old",
    "stuck-unloading": "the server probably cannot unload a model",
    "unexpanded-config": "a serve mount has an unexpanded variable in it: nothing will answer there",
    "vram-spill": "a model does not fit into GPU memory and runs partly on the CPU",
}

# (name, expression, minutes, severity, summary, description)
OWN = [
    ("TsllmExporterGone", 'up{job="tsllm-top"} == 0 or absent(up{job="tsllm-top"})', 5, "warning",
     "tsllm-top does not answer Prometheus, so none of its alerts can come.", "Look at it: systemctl status tsllm-top"),
    ("TsllmFileStale", "time() - tsllm_snapshot_timestamp_seconds > 300", 1, "warning",
     "The metrics of tsllm-top on {{ $labels.instance }} are older than five minutes.",
     "What writes the file has ended: tsllm-top --watch --format prometheus --output FILE"),
    ("TsllmQueueLong", "tsllm_engine_waiting_requests > 10", 10, "warning",
     "More than 10 requests have waited for {{ $labels.engine }} for 10 minutes.",
     "It gets more work than it can do. Spread it over more engines."),
    ("TsllmKvCacheFull", "tsllm_engine_kv_cache_usage_ratio > 0.95", 10, "warning", "The KV cache of {{ $labels.engine }} is full.",
     "Requests are preempted or wait. Shorter contexts or fewer requests at once help."),
    ("TsllmEndpointDown", 'tsllm_endpoint_state{state=~"down|filtered|fault|stalled"} == 1 unless on (instance, endpoint) '
     '(min_over_time(tsllm_verdict_severity{endpoint!=""}[10m]) >= 2)', 10, "critical",
     f"{ENDPOINT} has been down for 10 minutes, for changing reasons.", "Layer by layer: tsllm-top --doctor URL"),
]


def rules():
    """Of each code: subject, layer, severity, sentences and fixes, of rules that are above info."""
    found = {}
    with open(RULES, encoding="utf-8") as file:
        for line in file:
            subject, code, layer, severity, text, fix = line.rstrip("\n").split("\t")
            if subject == "other" and code in found:
                found[code]["fixes"].add(fix)
            elif subject != "other" and severity != "info":
                rule = found.setdefault(code, {"subject": subject, "layer": layer, "severity": severity, "texts": [], "fixes": set()})
                rule["texts"].append(text)
                rule["fixes"].add(fix)
                if severity == "down":
                    rule["severity"] = severity
    return found


def in_labels(text, subject):
    """Variables that are labels become them."""
    row = PEER if subject == "peer" else ENDPOINT
    for name in ("%{server} at %{host_port}", "%{host_port}", "%{url}", "%{host}", "%{mount}"):
        text = text.replace(name, row)
    return text.replace("%{peer}", PEER).replace("%{server}", "the server")


def fixed(text):
    """Without what is known only at run time: a parenthesis, the part after a colon, the end of a word. None: more than that."""
    text = re.sub(r" \([^()]*%\{[^()]*\)", "", text)
    text = re.sub(r": [^:;]*%\{[^;]*", "", text)
    text = re.sub(r"(?<=\S)%\{\w+\}", "", text)
    return None if "%{" in text else text


def as_sentence(text):
    begins = "" if re.match(r"tailscale|\{\{", text) else text[0].upper()
    return (begins + text[1:] if begins else text) + "."


def summary(code, rule):
    known = [fixed(in_labels(text, rule["subject"])) for text in rule["texts"]]
    text = SENTENCES.get(code) or next(filter(None, known), None)
    if not text:
        sys.exit(f"alerts.py: no sentence of {code} can be said without numbers: add one to SENTENCES: {rule['texts']}")
    if rule["subject"] == "endpoint" and ENDPOINT not in text:
        text = f"{ENDPOINT}: {text}"
    return as_sentence(text)


def description(rule):
    """A label is no URL, so a command that needs one is left to --doctor too."""
    fix = next(iter(rule["fixes"])) if len(rule["fixes"]) == 1 else ""
    said = in_labels(fix, rule["subject"])
    if fix and "%{" not in said and not re.search(r"`[^`]*%\{", fix):
        return as_sentence(said)
    where = {"daemon": "", "peer": f" {PEER}", "endpoint": f" {PEER}"}[rule["subject"]]
    return f"What to do about it: tsllm-top --doctor{where}"


def expression(code, subject):
    """A trouble of this machine, or of a peer, is one alert, however many servers share it."""
    series = f'tsllm_verdict_severity{{code="{code}"}}'
    without = {"daemon": "peer, endpoint", "peer": "endpoint", "endpoint": ""}[subject]
    return f"max without ({without}) ({series}) >= 2" if without else f"{series} >= 2"


def quoted(text):
    """For YAML, and to be read: PromQL has double quotes of its own."""
    return "'" + text.replace("'", "''") + "'"


def alert(name, expr, minutes, severity, says, does):
    return (f"      - alert: {name}\n        expr: {quoted(expr)}\n        for: {minutes}m\n        labels: {{ severity: {severity} }}\n"
            f"        annotations:\n          summary: {json.dumps(says)}\n          description: {json.dumps(does)}\n")


def alert_of(code, rule):
    is_exposed, is_down = rule["layer"] == "exposure", rule["severity"] == "down"
    minutes = MINUTES.get(code) or (1 if is_exposed else 2 if is_down else 10)
    name = "".join({"cert": "Certificate"}.get(word, word.capitalize()) for word in code.split("-"))
    return alert(f"Tsllm{name}", expression(code, rule["subject"]), minutes,
                 "critical" if is_exposed or is_down else "warning", summary(code, rule), description(rule))


def text():
    groups = {"tsllm-top": [alert(*own) for own in OWN]}
    for code, rule in rules().items():
        groups.setdefault({"daemon": "tsllm-top-machine", "peer": "tsllm-top-peers", "endpoint": "tsllm-top-servers"}[rule["subject"]],
                          []).append(alert_of(code, rule))
    return HEAD + "\n".join(f"  - name: {name}\n    rules:\n" + "\n".join(alerts) for name, alerts in groups.items())


if __name__ == "__main__":
    sys.stdout.write(text())
