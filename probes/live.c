/* The composition, and the table of contents of probes/. A room uses itself and rooms above it in this list:
 *
 *   base/        memory, text, time, JSON, URLs, files
 *   model/       the vocabulary: observations, snapshots, figures, settings
 *   io/          on the loop: HTTP, child processes, the resolver, the SOCKS proxy, timers
 *   ledger/      what is known, the only mutable state: ledger_see() takes observations in
 *   recording/   writes observations to files, and reads them back
 *   verdicts/    what is wrong: tables of rules, and judge(), which applies them
 *   take/        take_snapshot() copies what is known and judged
 *   report/      pure functions of a snapshot: diagnosis, pick, redaction
 *   servers/     one file for each kind of LLM server
 *   tailscaled/  queries the daemon: status, serve, services, netcheck, whois, path history
 *   packets/     starts the capture helper and reads its lines
 *   endpoints/   polls the servers: which URLs (registry, mounts, search), how often (pool, worker),
 *                confirmations, GPU exporters, ports beside servers (--audit), canaries
 *
 * News from tailscaled (hear()) updates the addresses of all URLs and starts the search. Workers give their
 * answers to the ledger; live_take() judges it and takes a snapshot. If tailscaled has no network interface
 * here, peers are reached through our own SOCKS proxy, which asks tailscaled to dial. */
#include "probes/live.h"

#include "probes/base/fault.h"
#include "probes/base/log.h"
#include "probes/base/mem.h"
#include "probes/endpoints/ask_gpus.h"
#include "probes/endpoints/canary_run.h"
#include "probes/endpoints/companions.h"
#include "probes/endpoints/confirm.h"
#include "probes/endpoints/mounts.h"
#include "probes/endpoints/pool.h"
#include "probes/endpoints/registry.h"
#include "probes/endpoints/search.h"
#include "probes/io/machine.h"
#include "probes/io/socks_proxy.h"
#include "probes/io/timer.h"
#include "probes/ledger/ledger.h"
#include "probes/live_parts.h"
#include "probes/packets/supervise.h"
#include "probes/recording/recorder.h"
#include "probes/report/diagnose.h"
#include "probes/tailscaled/ask_names.h"
#include "probes/tailscaled/ask_netcheck.h"
#include "probes/tailscaled/ask_path_history.h"
#include "probes/tailscaled/poll.h"
#include "probes/take/take.h"
#include "probes/verdicts/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void tell_change(void *data)
{
	struct live *live = data;

	live->changed(live->data);
}

/* ---- results of the workers ---- */

/* Only servers found by port are remembered: serve and the tailnet announce the others each time. */
static void judged(void *data, const struct pool_result *result)
{
	struct live *live = data;
	const struct endpoint_spec *spec = result->spec;

	if (result->family)
		log_line("found %s at %s", result->family->facts.name, spec->url);
	if (result->family && spec->found_by == FOUND_PORT)
		registry_found(live->registry, spec->url, result->family->facts.name);
	if (!result->family && !spec->is_candidate)
		registry_give_up(live->registry, spec->url);
	search_see_result(&live->search, result);
	mounts_see_result(&live->mount_watch, result);
	live_schedule(live);
	tell_change(live);
}

static void silent(void *data, const struct endpoint_spec *spec)
{
	struct live *live = data;

	if (*spec->peer_id)
		confirm_silent(live->confirmations, spec, poll_socket(live->tailnet));
}

/* ---- news from tailscaled ---- */

static void open_way(struct live *live, const struct obs_status *status)
{
	const char *socket = poll_socket(live->tailnet);
	struct fault fault;

	if (*live->settings->proxy) {
		pool_set_proxy(live->pool, live->settings->proxy);
		return;
	}
	if (status->has_tun || live->proxy || !socket)
		return;
	live->proxy = socks_proxy_open(live->loop, socket, !*live->settings->socket, &fault);
	if (live->proxy)
		pool_set_proxy(live->pool, socks_proxy_url(live->proxy));
	else
		log_line("%s", fault.text);
}

/* After a laptop slept, earlier observations prove nothing. */
static void notice_jump(struct live *live, struct when now)
{
	if (when_known(live->last_news) && when_jumped(live->last_news, now)) {
		ledger_see(live->ledger, &(struct observation){ .kind = OBSERVED_GAP }, now);
		pool_ask_now(live->pool, NULL);
	}
	live->last_news = now;
}

static void see_status(struct live *live, struct when now)
{
	const struct obs_status *status = ledger_status(live->ledger);

	if (!when_known(live->first_status))
		live->first_status = now;
	if (service_list_changes_node(&live->services, status->self.id)) { /* another profile of tailscaled */
		mounts_drop_services(&live->mount_watch);
		poll_ask_now(live->tailnet);
	}
	service_list_see(&live->services, true, status->hosted, status->hosted_count);
	live->path_statuses += live_wait_for_paths(live, now) == 0;
	supervise_see_status(live->supervisor, live->tailnet, now);
	ask_path_history_see_status(live->path_history_asker, now);
	ask_netcheck_see_status(live->netcheck_asker, now);
	if (live->settings->examines && status->backend == BACKEND_RUNNING)
		ask_netcheck_now(live->netcheck_asker, "", now);
	if ((live->settings->audits || !live->is_once) && status->backend == BACKEND_RUNNING)
		ask_netcheck_who(live->netcheck_asker, now);
	if (live->settings->is_passive)
		return;
	registry_place(live->registry, poll_has(live->tailnet, TOPIC_SERVICES), now);
	pool_halt(live->pool);
	ask_gpus_halt(live->gpu_asker);
	if (status->backend == BACKEND_RUNNING) {
		ask_names_see_status(live->names_asker, status, now);
		open_way(live, status);
		pool_wake(live->pool);
		ask_gpus_see_status(live->gpu_asker, now);
	}
	search_see_status(&live->search);
	live_probe(live);
}

static void see_trouble(struct live *live, struct when now)
{
	if (!live->settings->is_passive)
		registry_place(live->registry, poll_has(live->tailnet, TOPIC_SERVICES), now);
	pool_halt(live->pool);
	ask_gpus_halt(live->gpu_asker);
	search_see_status(&live->search);
	live_probe(live);
}

static void see_services(struct live *live, const struct obs_services *services, struct when now)
{
	service_list_see(&live->services, false, services->services, services->service_count);
	mounts_watch_services(&live->mount_watch, services);
	if (!live->settings->is_passive)
		registry_place(live->registry, poll_has(live->tailnet, TOPIC_SERVICES), now);
}

static void hear(void *data, const struct tailnet_news *news)
{
	struct live *live = data;
	struct when now = when_now();

	notice_jump(live, now);
	switch (news->event) {
	case TAILNET_STATUS:
		see_status(live, now);
		break;
	case TAILNET_SERVE:
		mounts_watch_serve(&live->mount_watch, news->serve);
		supervise_see_status(live->supervisor, live->tailnet, now);
		search_see_status(&live->search);
		live_probe(live);
		break;
	case TAILNET_SERVICES:
		see_services(live, news->services, now);
		break;
	case TAILNET_DERPMAP:
		supervise_keep_derpmap(live->supervisor, news->derpmap);
		supervise_see_status(live->supervisor, live->tailnet, now);
		break;
	case TAILNET_TROUBLE:
		see_trouble(live, now);
		break;
	case TAILNET_PREFS:
		break;
	}
	live_schedule(live);
	tell_change(live);
}

/* ---- creation and release ---- */

struct live *live_new(struct uv_loop_s *loop, const struct settings *settings, struct recorder *recorder,
	bool is_once, void (*changed)(void *data), void *data)
{
	struct live *live = mem_alloc(sizeof(*live));
	const struct ledger_terms terms = {
		.period_ms = (int64_t)(settings->period_s * 1000),
		.poll_ms = (int64_t)(settings->period_s * 5000),
		.ignore = settings->ignore.items,
		.ignore_count = settings->ignore.count,
		.is_passive = settings->is_passive,
		.allowed_classes = settings->allowed_classes,
		.servers = family_facts(),
		.seen = recorder ? recorder_hear : NULL,
		.seen_data = recorder,
	};
	struct obs_machine machine;
	const struct pool_hooks hooks = {
		.data = live, .changed = tell_change, .judged = judged, .silent = silent
	};

	live->loop = loop;
	live->settings = settings;
	live->is_once = is_once;
	live->changed = changed;
	live->data = data;
	live->http = http_new(loop);
	if (!*settings->socket)
		http_doubt_sockets(live->http);
	live->ledger = ledger_new(&terms);
	if (recorder)
		recorder_follow(recorder, live->ledger);
	machine_look("", &machine);
	ledger_see(live->ledger, &(struct observation){ .kind = OBSERVED_MACHINE, .machine = &machine },
		when_now());
	live->timer = timer_new(loop, live_tick, live);
	live->pool = pool_new(loop, live->http, settings, live->ledger, is_once, &hooks);
	search_init(&live->search, settings, live->ledger, live->pool);
	live->confirmations = confirm_new(live->http, live->ledger, live->pool, tell_change, live);
	live->companions = settings->audits
				   ? companions_new(live->http, live->ledger, live->pool, tell_change, live)
				   : NULL;
	live->gpu_asker = ask_gpus_new(
		live->http, settings, live->ledger, live->pool, &live->services, is_once, tell_change, live);
	live->mount_watch = (struct mount_watch){ .settings = settings,
		.ledger = live->ledger,
		.pool = live->pool,
		.discover = live->search.discover,
		.left_alone = &live->search.left_alone,
		.services = &live->services };
	live->registry =
		registry_new(loop, settings, live->ledger, live->pool, &live->services, tell_change, live);
	live->canary = canary_run_new(loop, live->http, live->ledger, live->pool, settings, tell_change, live);
	if (settings->has_capture && (!is_once || settings->sends_canary))
		live->supervisor = supervise_new(loop, live->http, settings, live->ledger, tell_change, live);
	live->names_asker = ask_names_new(loop, live->ledger, tell_change, live);
	live->tailnet = poll_new(loop, live->http, settings, live->ledger, hear, live);
	live->path_history_asker =
		ask_path_history_new(poll_client(live->tailnet), live->ledger, tell_change, live);
	live->netcheck_asker = ask_netcheck_new(poll_client(live->tailnet), live->ledger,
		!is_once && !settings->is_passive, tell_change, live);
	return live;
}

void live_free(struct live *live)
{
	if (!live)
		return;
	ask_names_free(live->names_asker);
	registry_free(live->registry);
	confirm_free(live->confirmations);
	companions_free(live->companions);
	ask_gpus_free(live->gpu_asker);
	canary_run_free(live->canary);
	pool_free(live->pool);
	supervise_free(live->supervisor);
	ask_path_history_free(live->path_history_asker);
	ask_netcheck_free(live->netcheck_asker);
	poll_free(live->tailnet);
	search_fini(&live->search);
	service_list_fini(&live->services);
	if (live->proxy)
		socks_proxy_close(live->proxy);
	http_free(live->http);
	ledger_free(live->ledger);
	timer_free(live->timer);
	free(live);
}

/* For the peer in settings->examine: its network, from this machine's tailscaled, and both kinds of ping. */
static void examine(struct live *live, const struct snapshot *snapshot, struct when now)
{
	struct diagnosis_target target;

	if (!*live->settings->examine || !daemon_runs(live->ledger) ||
		!diagnose_find(snapshot, live->settings->examine, &target) || target.peer < 0)
		return;
	ask_netcheck_now(live->netcheck_asker, snapshot->peers[target.peer].id, now);
	if (!live->settings->is_passive)
		confirm_ping(
			live->confirmations, &snapshot->peers[target.peer], poll_socket(live->tailnet), now);
}

struct snapshot *live_take(struct live *live, struct when now)
{
	struct obs_discovery counts;
	struct snapshot *snapshot;

	if (live->companions)
		companions_read_listeners(live->companions);
	discover_count(live->search.discover, &counts);
	ledger_see(live->ledger, &(struct observation){ .kind = OBSERVED_DISCOVERY, .discovery = &counts },
		when_now());
	judge(live->ledger, now);
	snapshot = take_snapshot(live->ledger, now);
	if (!live->settings->is_passive)
		confirm_ask(live->confirmations, snapshot, poll_socket(live->tailnet), now);
	if (live->companions && !live->settings->is_passive && daemon_runs_for_certain(live->ledger))
		companions_ask(live->companions, snapshot);
	examine(live, snapshot, now);
	canary_run_see(live->canary, snapshot, now);
	snapshot->has_running_canary = canary_run_goes_on(live->canary);
	return snapshot;
}

void live_ping(struct live *live, const struct peer *peer, struct when now)
{
	if (!live->settings->is_passive && daemon_runs(live->ledger))
		confirm_ping(live->confirmations, peer, poll_socket(live->tailnet), now);
}

bool live_canary(struct live *live, const struct canary_plan *plan)
{
	return !live->settings->is_passive && canary_run_start(live->canary, plan);
}

void live_stop_canary(struct live *live)
{
	canary_run_stop(live->canary);
}

void live_ask_now(struct live *live)
{
	poll_ask_now(live->tailnet);
	pool_ask_now(live->pool, NULL);
	ask_gpus_soon(live->gpu_asker);
	search_again(&live->search);
	live_schedule(live);
}

void live_remember_events(struct live *live, const struct ledger *earlier, struct when now)
{
	ledger_remember_events(live->ledger, earlier, now.wall_ms);
}

unsigned live_path_failures(const struct live *live)
{
	return ledger_path_failures(live->ledger);
}

/* The preferences name the control server. */
static bool knows_who_approves(const struct live *live, const struct obs_status *status)
{
	return status->backend != BACKEND_NEEDS_MACHINE_AUTH || poll_has(live->tailnet, TOPIC_PREFS);
}

bool live_is_complete(const struct live *live)
{
	const struct obs_status *status = ledger_status(live->ledger);
	bool is_asked = !registry_resolving(live->registry) && !pool_unfinished(live->pool) &&
			!(live->companions && companions_open(live->companions)) &&
			!ask_gpus_open(live->gpu_asker) && !confirm_open(live->confirmations) &&
			!confirm_waits_for_log(live->confirmations);
	bool has_serve = poll_has(live->tailnet, TOPIC_SERVE);
	struct obs_discovery counts;

	discover_count(live->search.discover, &counts);
	/* Endpoints on this machine or outside the tailnet are polled even without a tailnet. */
	if (!status || status->backend != BACKEND_RUNNING)
		return (status ? knows_who_approves(live, status) : poll_failures(live->tailnet) > 0) &&
		       !counts.pending && is_asked;
	if (live->settings->is_passive)
		return has_serve && !ask_netcheck_open(live->netcheck_asker);
	return live_wait_for_paths(live, when_now()) < 0 && has_serve &&
	       poll_has(live->tailnet, TOPIC_SERVICES) && !counts.pending && is_asked &&
	       !ask_netcheck_open(live->netcheck_asker);
}
