"""Every step of the guides, and every way in which LLMs are put on a tailnet, ends as it should: each row of the two tables
below is a test, which wants the tests that show it to be there. Some of them are here; the others stand where their subject
is, and those of tests/tailnet are rows with a real tailnet.
"""
import contextlib
import functools
import http.server
import json
import os
import re
import sys
import threading

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path[:0] = [os.path.join(TESTS, "fake"), TESTS]

from fake import FakeTailnet
from tap import main, test
from terminal import Terminal
from top import endpoint, once, top

BARE = "daemon magicdns off\nconfig discover = off\n"
LLAMA, OLLAMA = "llama-server-0.5.0/ready-idle", "ollama-0.17.4/loaded-idle"


@contextlib.contextmanager
def pages(answers):
    """A server on this machine: JSON or text by path, 404 for the rest; its URL."""
    class Pages(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            found = answers.get(self.path, answers.get("*"))
            body = (found if isinstance(found, str) else json.dumps(found)).encode() if found is not None else b"not found"
            self.send_response_only(200 if found is not None else 404)
            self.send_header("Content-Type", "text/plain" if isinstance(found, str) else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def run(fake, *words):
    return top(*words, "--tailscale", "/no/tailscale", fake=fake)


# ---- shown here

@test
def a_mount_below_a_path_is_asked_there_and_given_to_clients_with_its_path():
    doors = f"""
peer gpu1 linux direct 10.99.0.11:41641 rtt 1
door gpu1:ollama https 18443 /ollama {OLLAMA} pinned
door gpu1:api https 18444 /api {OLLAMA} pinned
"""
    with FakeTailnet(BARE + doors) as fake:
        snapshot = once(fake).json
        url = endpoint(snapshot, ":18443")["url"]
        printed = run(fake, "--connect", url, "--for", "env")
    assert url.endswith(":18443/ollama") and endpoint(snapshot, ":18443")["state"] == "ok", snapshot["endpoints"]
    assert endpoint(snapshot, ":18444/api")["state"] == "ok", snapshot["endpoints"]     # it is asked for /api/api/tags
    assert printed.status == 0 and f"OPENAI_BASE_URL={url}/v1\n" in printed.out, printed.out


@test
def both_names_of_the_base_url_are_printed_with_a_key_that_is_not_empty():
    with FakeTailnet(f"{BARE}peer gpu1 linux direct 10.99.0.11:41641\ndoor gpu1:llama raw 18080 {LLAMA} pinned\n") as fake:
        printed = run(fake, "--connect", endpoint(once(fake).json, ":18080")["url"], "--for", "env")
    values = dict(re.findall(r"^export (\w+)='?([^'\n]*)'?$", printed.out, re.M))
    assert values["OPENAI_BASE_URL"] == values["OPENAI_API_BASE"] and values["OPENAI_API_BASE"].endswith(":18080/v1"), printed.out
    assert values["OPENAI_API_KEY"], printed.out


@test
def a_mount_in_the_foreground_says_how_long_it_lasts():
    with FakeTailnet(f"{BARE}door admin:a http 18081 / {LLAMA} backend 28081 foreground\n"
                     f"door admin:b http 18082 / {LLAMA} backend 28082\n") as fake:
        rows = run(fake, "--format", "csv", "--view", "serve").out.splitlines()
    assert ["until its `tailscale serve` ends" in row for row in rows[1:] if ":18081" in row or ":18082" in row] == [True, False], rows


@test
def the_detail_of_a_server_here_says_who_this_machine_is_to_others():
    with FakeTailnet(f"{BARE}door admin:a http 18081 / {LLAMA} backend 28081\n") as fake, Terminal(fake, 120, 40) as terminal:
        assert terminal.shows("llama-"), terminal.text()
        terminal.press("enter")
        assert terminal.shows("to others this machine is "), terminal.text()
        assert re.search(r"to others this machine is \S+@\S+ \(.*\), with \S*tailscale\.com/cap/", terminal.text()), terminal.text()


@test
def an_old_form_of_serve_leaves_nothing_served_and_todays_is_shown():
    with FakeTailnet(BARE + "peer gpu1 linux idle\n") as fake, Terminal(fake, 120, 40) as terminal:
        terminal.press("4")
        assert terminal.shows("tailscale serve --bg --tcp=11434 tcp://127.0.0.1:11434"), terminal.text()


@test
def an_lm_studio_without_a_key_is_open_and_what_it_lists_may_run_elsewhere():
    listed = {"object": "list", "data": [{"id": "qwen3", "object": "model", "type": "llm", "compatibility_type": "gguf",
                                          "state": "loaded", "max_context_length": 8192}]}
    answers = {"*": {"error": "Unexpected endpoint or method. (GET /)"}, "/api/v0/models": listed, "/v1/models": listed,
               "/api/v1/models": {"models": []}}
    userspace = f"{BARE}daemon tun off\nconfig ignore = all-addresses\n"     # where a port of 127.0.0.1 is everybody's
    with pages(answers) as url, FakeTailnet(userspace) as fake:
        told = run(fake, "--audit", "--format", "json", f"--endpoint={url}").json
    found = {finding["code"]: finding["text"] for finding in told["findings"] if finding["about"] == url}
    assert "LM Studio" in found["open-endpoint"] and "/api/v1/models/download" in found["management-open"], told
    assert any("by LM Link they may run on another machine" in text for text in told["unknown"]), told["unknown"]


@test
def a_proxy_of_kubernetes_is_a_peer_like_any_other():
    with FakeTailnet(f"{BARE}peer ts-ollama-x7k linux direct 10.99.0.21:41641 rtt 1 tag k8s\n"
                     f"peer ts-egress-2b linux idle tag k8s\ndoor ts-ollama-x7k:llm https 18443 / {LLAMA} pinned\n") as fake:
        snapshot = once(fake).json
    assert endpoint(snapshot, ":18443")["state"] == "ok" and snapshot["status"] == "ok", snapshot["endpoints"]


# ---- the tables

GUIDE = {
    "serve https+insecure://localhost:11434 is proxy-scheme here and a bad gateway elsewhere": """
        tailnet/rows_servers.py:a_server_that_refuses_the_tls_of_an_https_insecure_target_is_proxy_scheme
        tailnet/rows_fixes.py:a_mount_that_asks_a_plain_server_by_tls""",
    "the same with --set-path": """
        e2e/test_guide.py:a_mount_below_a_path_is_asked_there_and_given_to_clients_with_its_path
        tailnet/rows_faults.py:a_wrong_base_path_of_a_real_engine_is_told_with_the_right_one
        tailnet/rows_servers.py:a_path_that_is_not_mounted_is_no_mount""",
    "serve status, reset, --bg and foreground": """
        e2e/test_guide.py:a_mount_in_the_foreground_says_how_long_it_lasts
        unit/test_serve.c:a_foreground_session_is_merged_and_marked""",
    "curl https://FULL-NAME/v1/models": "tailnet/rows_servers.py:a_healthy_fleet_raises_nothing",
    "or just the host name": """
        tailnet/rows_servers.py:https_by_short_name_or_address_wants_the_full_name
        tailnet/rows_servers.py:plain_http_by_short_name_is_well""",
    "tailscale status to find the name": """
        unit/test_ui.c:copying_gives_the_url_or_the_peers_full_name
        unit/test_names.c:a_machine_is_meant_by_each_of_its_names_in_any_case""",
    "ACLs by user, tag and group": """
        tailnet/rows_paths.py:an_acl_against_the_pair_is_told_to_root_and_suspected_for_others
        unit/test_rules_reach.c:a_rule_for_the_engines_port_does_not_open_that_of_serve
        tailnet/rows_audit.py:the_rules_that_the_audit_prints_are_taken_as_pasted_into_a_policy""",
    "tailscale set --advertise-tags": """
        unit/test_audit.c:on_a_tagged_or_foreign_machine_it_is_a_note
        unit/test_audit.c:a_server_without_a_key_is_exposed_to_machines_of_others
        e2e/test_fake.py:tags_expiry_and_strange_peers_are_told""",
    "tailscale funnel, with and without a proxy that asks for a key": """
        tailnet/rows_servers.py:funnel_makes_it_public
        unit/test_audit.c:funnel_before_a_server_without_a_key_is_dangerous
        unit/test_audit.c:funnel_before_one_that_asks_for_a_key_is_a_note""",
    "journalctl -u ollama -f, docker logs -f ollama": """
        e2e/test_server_log.py:the_last_lines_are_printed_with_the_sentence_of_a_known_error_and_without_keys
        e2e/test_server_log_service.py:a_service_that_is_down_has_its_journal_with_what_it_says_on_both_outputs
        tailnet/rows_logs.py:the_log_of_a_server_is_read_where_it_runs""",
    "OPENAI_API_BASE, OPENAI_API_KEY=not-needed, aider, Continue, Python": """
        e2e/test_guide.py:both_names_of_the_base_url_are_printed_with_a_key_that_is_not_empty
        e2e/test_connect.py:every_client_is_printed_and_its_format_parses
        tailnet/rows_clients.py:what_is_printed_connects_clients_to_a_real_llama_server
        tailnet/rows_clients.py:what_is_printed_connects_aider_to_a_real_llama_server""",
    "OLLAMA_HOST=https://…": """
        tailnet/rows_engines.py:a_real_ollama_on_loopback_refuses_the_name_and_that_is_proven
        tailnet/rows_clients.py:what_is_printed_connects_the_ollama_command_to_a_real_ollama""",
    "a sidecar with TS_SERVE_CONFIG and TS_CERT_DOMAIN": """
        e2e/test_container.py:what_the_container_serves_is_v1_alone_and_the_metrics_and_nothing_by_funnel
        e2e/test_container.py:as_it_stands_in_the_file_it_is_unexpanded
        unit/test_rules_engine.c:a_mount_with_an_unexpanded_name_answers_nobody
        tailnet/rows_daemon.py:without_an_interface_servers_are_asked_through_tailscaled""",
    "can't connect: four commands in order": """
        e2e/test_doctor.py:a_healthy_peer_is_ticked_from_the_ground_up_and_pinged_both_ways
        e2e/test_doctor.py:this_machine_is_asked_from_both_sides_of_each_mount
        e2e/test_doctor.py:silence_is_told_apart_by_rung""",
    "certificate errors: tailscale cert": """
        e2e/test_hostile.py:certificates_are_told_apart
        tailnet/rows_servers.py:an_expired_certificate_is_told_with_its_age""",
    "tailscale debug acl, which there is not": "e2e/test_doctor.py:the_demo_blames_the_right_rung_and_ends_with_its_status",
    "tailscale whois of the own address": """
        e2e/test_guide.py:the_detail_of_a_server_here_says_who_this_machine_is_to_others
        tailnet/rows_audit.py:who_this_machine_is_to_others_is_what_whois_of_its_own_address_says""",
    "slow: netcheck, and status should say direct": """
        tailnet/rows_paths.py:a_path_through_derp_is_relayed_and_names_the_region
        tailnet/rows_paths.py:a_host_without_udp_is_the_reason_for_derp""",
    "tailscale ping": """
        tailnet/rows_paths.py:a_round_trip_is_measured_where_something_was_asked
        e2e/test_screen.py:a_ping_is_told_and_stands_in_the_detail""",
    "practices: no Funnel, limited endpoints, tags": """
        unit/test_audit.c:an_api_that_manages_is_served_as_v1_alone
        unit/test_audit.c:an_api_that_only_answers_or_a_mount_of_v1_manages_nothing
        e2e/test_audit.py:what_is_open_is_found_with_rules_that_a_policy_takes""",
}

WAYS = {
    "OLLAMA_HOST=0.0.0.0 and http://100.x:11434": """
        tailnet/rows_engines.py:a_real_ollama_is_well_and_tells_which_model_is_loaded
        e2e/test_audit.py:a_listener_at_all_addresses_is_named_with_its_program""",
    "OLLAMA_HOST=100.x": """
        unit/test_audit.c:a_listener_at_all_addresses_is_open_to_every_network
        tailnet/rows_servers.py:a_port_where_nothing_listens_is_not_listening""",
    "tailscale serve --bg 11434": """
        tailnet/rows_engines.py:a_real_ollama_on_loopback_refuses_the_name_and_that_is_proven
        tailnet/rows_fixes.py:an_ollama_on_loopback_behind_serve""",
    "tailscale serve https+insecure://": """
        tailnet/rows_servers.py:a_server_that_keeps_silent_to_the_tls_of_an_https_insecure_target_is_proxy_scheme""",
    "tailscale serve https / http://localhost:8080": """
        e2e/test_guide.py:an_old_form_of_serve_leaves_nothing_served_and_todays_is_shown""",
    "serve --https=8443 and --https=10000": """
        tailnet/rows_servers.py:discovery_finds_what_is_served
        e2e/test_once.py:a_server_on_a_polite_port_is_found_and_remembered""",
    "serve --set-path": "e2e/test_guide.py:a_mount_below_a_path_is_asked_there_and_given_to_clients_with_its_path",
    "serve --tcp 11434": """
        tailnet/rows_engines.py:a_real_ollama_on_loopback_that_serve_passes_on_by_tcp_is_well_by_its_address_and_refuses_its_names""",
    "serve --http=80": """
        tailnet/rows_servers.py:plain_http_by_short_name_is_well
        tailnet/rows_servers.py:a_dead_backend_of_an_http_mount_is_a_bad_gateway_and_a_living_one_is_well""",
    "funnel, and funnel to a proxy with a password": """
        tailnet/rows_servers.py:funnel_makes_it_public
        unit/test_audit.c:funnel_before_one_that_asks_for_a_key_is_a_note""",
    "a Service": """
        tailnet/rows_ways.py:a_service_is_found_and_asked_at_its_own_address_from_elsewhere_and_on_its_host""",
    "a sidecar whose AllowFunnel is false": "unit/test_serve.c:funnel_marks_the_mounts_it_opens",
    "a sidecar with OLLAMA_HOST=0.0.0.0, two ports": "unit/test_audit.c:one_server_may_have_two_ports",
    "OLLAMA_API_KEY": "unit/test_audit.c:a_setting_that_looks_like_a_key_guards_nothing",
    "TS_USERSPACE=true": """
        tailnet/rows_daemon.py:without_an_interface_servers_are_asked_through_tailscaled
        unit/test_audit.c:userspace_networking_opens_localhost""",
    "TS_ENABLE_HEALTH_CHECK": "e2e/test_healthy.py:a_mount_of_something_else_is_left_alone_whatever_it_answers",
    "LM Studio on the local network": """
        e2e/test_guide.py:an_lm_studio_without_a_key_is_open_and_what_it_lists_may_run_elsewhere""",
    "LM Studio and serve": """
        unit/test_families.c:lm_studio_since_0_4_tells_sizes_and_instances
        unit/test_recognise.c:lm_studio_is_told_by_its_friendly_error""",
    "lms link": "e2e/test_guide.py:an_lm_studio_without_a_key_is_open_and_what_it_lists_may_run_elsewhere",
    "llama-server --api-key": "tailnet/rows_engines.py:a_real_llama_server_wants_its_key",
    "llama-server --host 100.x": "tailnet/rows_servers.py:a_port_where_nothing_listens_is_not_listening",
    "vllm --api-key": """
        unit/test_families.c:vllm_counts_work_queue_and_tokens
        unit/test_rules_work.c:a_stalled_engine_behind_a_key_is_stalled""",
    "LiteLLM in front of several nodes": """
        tailnet/rows_engines.py:a_real_litellm_is_recognised_takes_its_key_is_well_before_an_engine_that_hangs_and_dies""",
    "Open WebUI with OLLAMA_BASE_URLS": """
        unit/test_audit.c:the_first_visitor_becomes_the_administrator
        unit/test_families.c:an_open_webui_without_an_account_is_open""",
    "Caddy, nginx, Traefik": """
        tailnet/rows_faults.py:a_real_proxy_is_told_from_the_engine_behind_it_that_hangs_or_is_dead
        tailnet/rows_faults.py:a_real_ollama_on_loopback_behind_a_proxy_that_passes_the_name_on_refuses_it""",
    "a firewall that passes tailscale0 alone": """
        unit/test_audit.c:a_listener_at_all_addresses_is_open_to_every_network
        tailnet/rows_paths.py:a_firewall_on_the_host_is_filtered""",
    "ssh -L 11434": "unit/test_audit.c:what_ssh_listens_on_is_another_machines",
    "Aperture": """
        unit/test_gateways.c:gateways_are_marked_as_such
        unit/test_gateways.c:other_gateways_and_engines_are_told_by_their_signs""",
    "the operator of Kubernetes": "e2e/test_guide.py:a_proxy_of_kubernetes_is_a_peer_like_any_other",
    "what is no LLM server: gateways of agents, their pages": """
        e2e/test_healthy.py:a_mount_of_something_else_is_left_alone_whatever_it_answers
        e2e/test_once.py:a_web_server_on_a_polite_port_is_left_alone""",
}


def is_there(name):
    """Whether the test stands in its file and is run: a row or test of Python is decorated, one of C is in a list."""
    path, test_name = name.split(":")
    with open(os.path.join(TESTS, path), encoding="utf-8") as file:
        text = file.read()
    if path.endswith(".c"):
        return bool(re.search(rf"^\s+\w+\({test_name}\),$", text, re.M))
    return bool(re.search(rf"^@.+\n(?:def {test_name}\()", text, re.M))


def is_shown(names):
    missing = [name for name in names.split() if not is_there(name)]
    assert names.split() and not missing, missing


@test
def a_test_that_is_not_there_or_not_run_is_missed():
    assert not is_there("e2e/test_guide.py:no_such_test") and not is_there("e2e/test_guide.py:is_there")
    assert not is_there("unit/test_audit.c:begin") and len(WAYS) == 30


for table, rows in (("guide", GUIDE), ("way", WAYS)):
    for title, shown in rows.items():
        row = functools.partial(is_shown, shown)
        row.__name__ = f"{table}: {title}"
        test(row)

if __name__ == "__main__":
    main()
