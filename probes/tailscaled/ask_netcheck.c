/* Runs whois requests to the daemon, one peer after the other, and netcheck as a child process. */
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
#define REFUSALS_MAX 3 /* some may be of peers that have just gone */
#define REFUSED_MS (10 * 60 * 1000)

struct netcheck_asker {
	struct client *way;
	struct ledger *ledger;
	bool may_check;
	void (*changed)(void *data);
	void *data;
	struct daemon_ask *whois; /* NULL: no request is open */
	char peer_id[256];
	struct bytes answer;
	unsigned refusals;   /* in a row */
	struct when refused; /* the last of them */
	struct run *check;
	struct bytes report;
};

/* ---- whois ---- */

static void ask_next(struct netcheck_asker *netcheck_asker);

static int feed_whois(void *data, const char *bytes, size_t length)
{
	struct netcheck_asker *netcheck_asker = data;

	if (netcheck_asker->answer.length + length > WHOIS_BYTES_MAX)
		return -1;
	bytes_add(&netcheck_asker->answer, bytes, length);
	return 0;
}

static void was_refused(struct netcheck_asker *netcheck_asker, const char *why)
{
	netcheck_asker->refusals++;
	netcheck_asker->refused = when_now();
	log_line("whois of %s: %s", netcheck_asker->peer_id, why);
}

static void whois_done(void *data, const struct client_result *result)
{
	struct netcheck_asker *netcheck_asker = data;
	struct obs_node node;
	struct fault fault = { "" };

	netcheck_asker->whois = NULL;
	bytes_add(&netcheck_asker->answer, "", 0);
	if (!result->is_good) {
		was_refused(netcheck_asker, result->text);
	} else if (whois_parse(netcheck_asker->answer.text, netcheck_asker->answer.length, &node, &fault)) {
		was_refused(netcheck_asker, fault.text);
	} else {
		netcheck_asker->refusals = 0;
		node.peer_id = netcheck_asker->peer_id;
		ledger_see(netcheck_asker->ledger,
			&(struct observation){ .kind = OBSERVED_NODE, .node = &node }, when_now());
		netcheck_asker->changed(netcheck_asker->data);
	}
	ask_next(netcheck_asker);
}

static void ask_for(struct netcheck_asker *netcheck_asker, const struct obs_peer *peer)
{
	const char *const words[] = { "whois", "--json", peer->addresses[0], NULL };
	char path[160];

	snprintf(netcheck_asker->peer_id, sizeof(netcheck_asker->peer_id), "%s", peer->id);
	snprintf(path, sizeof(path), "whois?addr=%.64s", peer->addresses[0]);
	netcheck_asker->answer.length = 0;
	netcheck_asker->whois =
		client_start(netcheck_asker->way, path, words, feed_whois, whois_done, netcheck_asker);
}

static void ask_next(struct netcheck_asker *netcheck_asker)
{
	const struct obs_peer *peer;

	if (netcheck_asker->whois || (netcheck_asker->refusals >= REFUSALS_MAX &&
					     when_since(netcheck_asker->refused, when_now()) < REFUSED_MS))
		return;
	peer = network_start_whois(netcheck_asker->ledger, when_now());
	if (peer && peer->addresses[0])
		ask_for(netcheck_asker, peer);
}

/* ---- netcheck ---- */

static int feed_report(void *data, const char *bytes, size_t length)
{
	struct netcheck_asker *netcheck_asker = data;

	bytes_add(&netcheck_asker->report, bytes, length);
	return 0;
}

/* What netcheck sends is not counted here: only the CLI knows how many bytes it was. */
static void check_done(void *data, const struct run_result *result)
{
	struct netcheck_asker *netcheck_asker = data;
	struct obs_net net;
	struct fault fault = { "it did not end well" };

	netcheck_asker->check = NULL;
	if (result->is_started)
		ledger_see(netcheck_asker->ledger,
			&(struct observation){ .kind = OBSERVED_REQUEST,
				.cost = COST_FREE,
				.bytes_sent = 0,
				.bytes_received = 0 },
			when_now());
	bytes_add(&netcheck_asker->report, "", 0);
	if (!result->is_started || result->exit_status || result->timed_out ||
		netcheck_parse(netcheck_asker->report.text, netcheck_asker->report.length, &net, &fault)) {
		log_line("netcheck: %s", result->is_started ? fault.text : strerror(result->error));
		return;
	}
	ledger_see(netcheck_asker->ledger,
		&(struct observation){ .kind = OBSERVED_NETCHECK, .netcheck = &net }, when_now());
	netcheck_asker->changed(netcheck_asker->data);
}

static void check(struct netcheck_asker *netcheck_asker, struct when now)
{
	static const char *const words[] = { "netcheck", "--format=json", NULL };
	struct client_command command;

	if (netcheck_asker->check || !network_start_netcheck(netcheck_asker->ledger, now))
		return;
	netcheck_asker->report.length = 0;
	client_command(netcheck_asker->way, words, &command);
	netcheck_asker->check = run_start(netcheck_asker->way->loop, command.argv, CHECK_MS, CHECK_BYTES_MAX,
		feed_report, check_done, netcheck_asker);
}

/* ---- when ---- */

void ask_netcheck_see_status(struct netcheck_asker *netcheck_asker, struct when now)
{
	ask_next(netcheck_asker);
	if (netcheck_asker->may_check && network_wants_netcheck(netcheck_asker->ledger, now))
		check(netcheck_asker, now);
}

void ask_netcheck_now(struct netcheck_asker *netcheck_asker, const char *peer_id, struct when now)
{
	network_want(netcheck_asker->ledger, peer_id, now);
	ask_next(netcheck_asker);
	if (!netcheck_asker->way->settings->is_passive)
		check(netcheck_asker, now);
}

void ask_netcheck_who(struct netcheck_asker *netcheck_asker, struct when now)
{
	network_want_who(netcheck_asker->ledger, now);
	ask_next(netcheck_asker);
}

size_t ask_netcheck_open(const struct netcheck_asker *netcheck_asker)
{
	return (netcheck_asker->whois != NULL) + (netcheck_asker->check != NULL);
}

struct netcheck_asker *ask_netcheck_new(
	struct client *way, struct ledger *ledger, bool may_check, void (*changed)(void *data), void *data)
{
	struct netcheck_asker *netcheck_asker = mem_alloc(sizeof(*netcheck_asker));

	*netcheck_asker = (struct netcheck_asker){
		.way = way, .ledger = ledger, .may_check = may_check, .changed = changed, .data = data
	};
	return netcheck_asker;
}

void ask_netcheck_free(struct netcheck_asker *netcheck_asker)
{
	if (!netcheck_asker)
		return;
	client_cancel(netcheck_asker->whois);
	run_cancel(netcheck_asker->check);
	free(netcheck_asker->answer.text);
	free(netcheck_asker->report.text);
	free(netcheck_asker);
}
