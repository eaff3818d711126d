/* The machine of the selected row: which one is pinged, or gets a shell, and what came of a ping. The loop
 * does both. */
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "tui/ui/state.h"
#include "tui/views/target.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define AGAIN_MS 60000  /* a machine is not pinged more often */
#define PATIENCE_MS 15000 /* pings are given up long before */
#define FRESH_MS 3000

static const struct peer *peer_of(const struct snapshot *snapshot, struct target target)
{
	if (target.endpoint && target.endpoint->peer >= 0)
		return &snapshot->peers[target.endpoint->peer];
	return target.peer;
}

static unsigned say(struct ui *ui, const char *text)
{
	ui_say(ui, text);
	return UI_REDRAW;
}

/* ---- ping ---- */

unsigned ui_ping(struct ui *ui, const struct snapshot *snapshot)
{
	char buffer[ID_MAX], text[NOTE_BYTES];
	const struct target target = target_find(snapshot, ui_selected_target(ui, snapshot, buffer));
	const struct peer *peer = peer_of(snapshot, target);

	if (!peer)
		return say(ui, "no machine of the tailnet in this row");
	if (peer->is_self)
		return say(ui, "this row is this machine: nothing to ping");
	if (snapshot->is_passive)
		return say(ui, "not pinged: --passive sends nothing to peers");
	snprintf(ui->pinged, sizeof(ui->pinged), "%s", peer->id);
	ui->ping_began = 0;
	text_set(text, sizeof(text), "pinging %s …", peer->name);
	return say(ui, text) | UI_PING;
}

const char *ui_pinged(const struct ui *ui)
{
	return ui->pinged;
}

/* "disco 2.1 ms, direct 10.0.0.1:41641" */
static void say_pong(const struct ping *ping, const char *kind, char *text, size_t size)
{
	char number[32];

	if (isnan(ping->ms))
		text_add(text, size, "%s: no answer", kind);
	else
		text_add(text, size, "%s %s ms%s%s", kind, text_ms(number, sizeof(number), ping->ms),
			*ping->by ? ", " : "", ping->by);
}

void ui_see_pings(struct ui *ui, const struct snapshot *snapshot)
{
	const struct peer *peer = *ui->pinged ? target_find(snapshot, ui->pinged).peer : NULL;
	int64_t now = snapshot->taken.wall_ms, oldest = INT64_MAX;
	char text[NOTE_BYTES], age[32];

	if (!*ui->pinged)
		return;
	/* While paused, the snapshot on the screen is older than the question. */
	ui->ping_began = ui->ping_began ? ui->ping_began : now;
	if (!peer || now - ui->ping_began > PATIENCE_MS) {
		*ui->pinged = '\0';
		return;
	}
	for (int kind = 0; kind < PING_KINDS; kind++)
		oldest = peer->pings[kind].at < oldest ? peer->pings[kind].at : oldest;
	if (oldest < ui->ping_began - AGAIN_MS)
		return;
	text_set(text, sizeof(text), "%s  ", peer->name);
	say_pong(&peer->pings[PING_DISCO], "disco", text, sizeof(text));
	text_add(text, sizeof(text), "  ");
	say_pong(&peer->pings[PING_TSMP], "TSMP", text, sizeof(text));
	if (now - oldest > FRESH_MS)
		text_add(text, sizeof(text), "  (%s ago; once a minute)",
			text_span(age, sizeof(age), now - oldest));
	ui_say(ui, text);
	*ui->pinged = '\0';
}

/* ---- shell ---- */

/* Names come from other people: only what a host is made of, and nothing that looks like an option. */
static bool is_plain_host(const char *host)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_:";

	return *host && *host != '-' && *host != ':' && host[strspn(host, plain)] == '\0';
}

static const char *host_of_peer(const struct peer *peer)
{
	return is_plain_host(peer->fqdn)                                ? peer->fqdn
	       : peer->addresses[0] && is_plain_host(peer->addresses[0]) ? peer->addresses[0]
									 : "";
}

unsigned ui_shell(struct ui *ui, const struct snapshot *snapshot)
{
	char buffer[ID_MAX];
	struct target target = target_find(snapshot, ui_selected_target(ui, snapshot, buffer));
	const struct peer *peer = peer_of(snapshot, target);
	struct url url = { .host = "" };
	const char *host;

	if (!peer && target.endpoint)
		url_split(&url, target.endpoint->url);
	if ((peer && peer->is_self) || url_host_is_loopback(url.host))
		return say(ui, "this row is this machine: you are here");
	host = peer ? host_of_peer(peer) : url.host;
	if (!is_plain_host(host))
		return say(ui, "no machine to ssh to in this row");
	snprintf(ui->shell_host, sizeof(ui->shell_host), "%s", host);
	ui->is_tailscale_shell = peer && peer->has_ssh;
	return UI_REDRAW | UI_SHELL;
}

const char *ui_shell_host(const struct ui *ui, bool *by_tailscale)
{
	*by_tailscale = ui->is_tailscale_shell;
	return ui->shell_host;
}
