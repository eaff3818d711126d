/* Two askers: whois through the daemon's door, one host after the other; netcheck as a child. */
#include "probes/tailscaled/ask_netcheck.h"

#include "probes/base/fault.h"
#include "probes/base/log.h"
#include "probes/base/mem.h"
#include "probes/io/run.h"
#include "probes/tailscaled/netcheck.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHOIS_BYTES_MAX (256 * 1024)
#define CHECK_BYTES_MAX (256 * 1024)
#define CHECK_MS 10000
#define REFUSALS_MAX 3 /* some may be of peers that just went */
#define REFUSED_MS (10 * 60 * 1000)

struct reasons {
	struct daemon_way *way;
	struct ledger *ledger;
	bool may_check;
	void (*changed)(void *data);
	void *data;
	struct daemon_ask *whois; /* NULL: nobody is asked for */
	char peer_id[256];
	struct bytes answer;
	unsigned refusals;   /* in a row */
	struct when refused; /* the last of them */
	struct run *check;
	struct bytes report;
};

/* ---- whois ---- */

static void ask_next(struct reasons *reasons);

static int feed_whois(void *data, const char *bytes, size_t length)
{
	struct reasons *reasons = data;

	if (reasons->answer.length + length > WHOIS_BYTES_MAX)
		return -1;
	bytes_add(&reasons->answer, bytes, length);
	return 0;
}

static void was_refused(struct reasons *reasons, const char *why)
{
	reasons->refusals++;
	reasons->refused = when_now();
	log_line("whois of %s: %s", reasons->peer_id, why);
}

static void whois_done(void *data, const struct daemon_result *result)
{
	struct reasons *reasons = data;
	struct obs_node node;
	struct fault fault = { "" };

	reasons->whois = NULL;
	bytes_add(&reasons->answer, "", 0);
	if (!result->is_good) {
		was_refused(reasons, result->text);
	} else if (whois_parse(reasons->answer.text, reasons->answer.length, &node, &fault)) {
		was_refused(reasons, fault.text);
	} else {
		reasons->refusals = 0;
		node.peer_id = reasons->peer_id;
		ledger_see(reasons->ledger, &(struct observation){ .kind = OBSERVED_NODE, .node = &node },
			when_now());
		reasons->changed(reasons->data);
	}
	ask_next(reasons);
}

static void ask_for(struct reasons *reasons, const struct obs_peer *peer)
{
	const char *const words[] = { "whois", "--json", peer->addresses[0], NULL };
	char path[160];

	snprintf(reasons->peer_id, sizeof(reasons->peer_id), "%s", peer->id);
	snprintf(path, sizeof(path), "whois?addr=%.64s", peer->addresses[0]);
	reasons->answer.length = 0;
	reasons->whois = daemon_start(reasons->way, path, words, feed_whois, whois_done, reasons);
}

static void ask_next(struct reasons *reasons)
{
	const struct obs_peer *peer;

	if (reasons->whois ||
		(reasons->refusals >= REFUSALS_MAX && when_since(reasons->refused, when_now()) < REFUSED_MS))
		return;
	peer = network_start_whois(reasons->ledger, when_now());
	if (peer && peer->addresses[0])
		ask_for(reasons, peer);
}

/* ---- netcheck ---- */

static int feed_report(void *data, const char *bytes, size_t length)
{
	struct reasons *reasons = data;

	bytes_add(&reasons->report, bytes, length);
	return 0;
}

/* Its bytes are the CLI's own and not known here. */
static void check_done(void *data, const struct run_result *result)
{
	struct reasons *reasons = data;
	struct obs_net net;
	struct fault fault = { "it did not end well" };

	reasons->check = NULL;
	if (result->is_started)
		ledger_see(reasons->ledger,
			&(struct observation){ .kind = OBSERVED_REQUEST,
				.cost = COST_FREE,
				.bytes_sent = 0,
				.bytes_received = 0 },
			when_now());
	bytes_add(&reasons->report, "", 0);
	if (!result->is_started || result->exit_status || result->timed_out ||
		netcheck_parse(reasons->report.text, reasons->report.length, &net, &fault)) {
		log_line("netcheck: %s", result->is_started ? fault.text : strerror(result->error));
		return;
	}
	ledger_see(reasons->ledger, &(struct observation){ .kind = OBSERVED_NETCHECK, .netcheck = &net },
		when_now());
	reasons->changed(reasons->data);
}

static void check(struct reasons *reasons, struct when now)
{
	static const char *const words[] = { "netcheck", "--format=json", NULL };
	struct daemon_command command;

	if (reasons->check || !network_start_netcheck(reasons->ledger, now))
		return;
	reasons->report.length = 0;
	daemon_command(reasons->way, words, &command);
	reasons->check = run_start(reasons->way->loop, command.argv, CHECK_MS, CHECK_BYTES_MAX, feed_report,
		check_done, reasons);
}

/* ---- when ---- */

void reasons_see_status(struct reasons *reasons, struct when now)
{
	ask_next(reasons);
	if (reasons->may_check && network_wants_netcheck(reasons->ledger, now))
		check(reasons, now);
}

void reasons_ask(struct reasons *reasons, const char *peer_id, struct when now)
{
	network_want(reasons->ledger, peer_id, now);
	ask_next(reasons);
	if (!reasons->way->settings->is_passive)
		check(reasons, now);
}

size_t reasons_open(const struct reasons *reasons)
{
	return (reasons->whois != NULL) + (reasons->check != NULL);
}

struct reasons *reasons_new(struct daemon_way *way, struct ledger *ledger, bool may_check,
	void (*changed)(void *data), void *data)
{
	struct reasons *reasons = mem_alloc(sizeof(*reasons));

	*reasons = (struct reasons){
		.way = way, .ledger = ledger, .may_check = may_check, .changed = changed, .data = data
	};
	return reasons;
}

void reasons_free(struct reasons *reasons)
{
	if (!reasons)
		return;
	daemon_cancel(reasons->whois);
	run_cancel(reasons->check);
	free(reasons->answer.text);
	free(reasons->report.text);
	free(reasons);
}
