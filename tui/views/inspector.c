/* The inspector: for the selected row the whole sentence, the command, the hint and the figures, so that nobody
 * has to open anything to know what to do.
 */
#include "tui/views/inspector.h"

#include "probes/base/text.h"
#include "probes/report/wording.h"
#include "tui/views/same_engine.h"
#include "tui/views/values.h"

#include <math.h>
#include <string.h>

#define LABEL 6 /* cells: "hint  " */
#define MINUTE_MS 60000
#define SECONDS_MS (2 * MINUTE_MS) /* younger spans are told in seconds */
#define VERDICTS_MOST 200

static struct span verdicts_of(struct target target)
{
	if (target.endpoint)
		return target.endpoint->verdicts;
	return target.peer    ? target.peer->verdicts
	       : target.mount ? target.mount->verdicts
			      : (struct span){ 0, 0 };
}

const struct verdict *inspector_verdict(const struct snapshot *snapshot, struct target target)
{
	struct span verdicts = verdicts_of(target);
	const struct verdict *worst = snapshot_worst(snapshot, verdicts);

	return worst || !verdicts.count ? worst : &snapshot->verdict_list[verdicts.first];
}

/* ---- title ---- */

static void name_target(const struct snapshot *snapshot, struct target target, char *title, size_t size)
{
	struct url url;

	if (target.endpoint)
		text_set(title, size, "%s %s", view_host(snapshot, target.endpoint, &url),
			target.endpoint->at);
	else if (target.peer)
		text_set(title, size, "%s", target.peer->name);
	else if (target.mount)
		text_set(title, size, "%s%s:%d%s", target.mount->service, target.mount->host,
			target.mount->port, target.mount->path);
}

void inspector_title(const struct snapshot *snapshot, struct target target, char *title, size_t size)
{
	const struct verdict *verdict = inspector_verdict(snapshot, target);
	int64_t age_ms = verdict && verdict->since ? snapshot->taken.wall_ms - verdict->since : 0;
	char span[64];

	*title = '\0';
	name_target(snapshot, target, title, size);
	if (!verdict)
		return;
	text_add(title, size, "%s%s%s%s", *title ? " ── " : "", verdict->code, wording_certainty(verdict),
		verdict->is_muted ? ", ignored" : "");
	if (age_ms >= SECONDS_MS) /* seconds would redraw it all the time */
		text_add(title, size, ", for %s",
			wording_span(span, sizeof(span), verdict->since, verdict->was_before,
				snapshot->taken.wall_ms));
}

/* ---- what is wrong ---- */

static void write_labelled(struct page *page, const char *label, enum role role, const char *text)
{
	int indent = text_cells(label) + 2;

	page_line(page, ROLE_DIM, "%s  ", label);
	if (indent < LABEL) {
		page_add(page, ROLE_DIM, "%*s", LABEL - indent, "");
		indent = LABEL;
	}
	page_flow(page, role, indent, text);
}

static void write_fix(const struct verdict *verdict, struct page *page)
{
	char label[TEXT_CAP] = "run";

	if (*verdict->run_on)
		text_set(label, sizeof(label), "run on %s", verdict->run_on);
	if (*verdict->run) {
		write_labelled(page, label, ROLE_FIX, verdict->run);
		page_right(page, ROLE_DIM, "[Y copies]");
	}
	if (*verdict->hint)
		write_labelled(page, "hint", ROLE_TEXT, verdict->hint);
	else if (!*verdict->run && *verdict->fix)
		write_labelled(page, "hint", ROLE_TEXT, verdict->fix);
}

static void write_what(const struct verdict *verdict, struct page *page)
{
	page_wrap(page, verdict->is_muted ? ROLE_DIM : ROLE_TEXT, "", 0, verdict->text);
	write_fix(verdict, page);
}

size_t inspector_least(const struct snapshot *snapshot, int width)
{
	size_t count = snapshot->verdict_count < VERDICTS_MOST ? snapshot->verdict_count : VERDICTS_MOST, most = 0;

	for (size_t i = 0; i < count; i++) {
		struct page *page = page_new(width);

		write_what(&snapshot->verdict_list[i], page);
		most = page_lines(page) > most ? page_lines(page) : most;
		page_free(page);
	}
	return most;
}

static void write_others(
	const struct snapshot *snapshot, struct target target, const struct verdict *said, struct page *page)
{
	struct span verdicts = verdicts_of(target);

	for (size_t i = 0; i < verdicts.count; i++) {
		const struct verdict *verdict = &snapshot->verdict_list[verdicts.first + i];

		if (verdict != said)
			write_labelled(page, "also", verdict->is_muted ? ROLE_DIM : ROLE_TEXT, verdict->text);
	}
}

/* ---- figures ---- */

static void add_ms(char *line, const char *name, double ms)
{
	char number[32];

	if (!isnan(ms))
		line_add(line, "%s %s ms", name, text_ms(number, sizeof(number), ms));
}

static void write_gpus(const struct snapshot *snapshot, const struct peer *peer, struct page *page)
{
	char line[LINE_BYTES] = "";

	wording_gpus(line, snapshot, peer);
	if (*line)
		page_wrap(page, ROLE_TEXT, "", 0, line);
}

static void write_endpoint(
	const struct snapshot *snapshot, const struct endpoint *endpoint, struct page *page)
{
	const struct peer *peer = endpoint->peer < 0 ? NULL : &snapshot->peers[endpoint->peer];
	bool is_past = state_blocks(endpoint->state);
	char work[LINE_BYTES] = "", times[LINE_BYTES] = "", age[32];

	if (*endpoint->title)
		line_add(work, "%s%s%s", endpoint->title, *endpoint->version ? " " : "", endpoint->version);
	if (endpoint->models_known && endpoint->loaded_known)
		line_add(work, "%zu of %zu model%s loaded", endpoint->loaded_models, endpoint->models.count,
			endpoint->models.count == 1 ? "" : "s");
	else if (endpoint->models_known)
		line_add(work, "%zu model%s", endpoint->models.count, endpoint->models.count == 1 ? "" : "s");
	wording_work(work, endpoint);
	wording_speed(work, endpoint);
	if (*work)
		page_wrap(page, is_past ? ROLE_DIM : ROLE_TEXT, is_past ? "last known:" : "",
			is_past ? 12 : 0, work);
	if (peer)
		write_gpus(snapshot, peer, page);
	if (peer && !peer->is_self)
		add_ms(times, "path", peer->path.rtt_ms);
	add_ms(times, "connect", endpoint->connect_ms);
	if (strncmp(endpoint->url, "https", 5) == 0)
		add_ms(times, "TLS", endpoint->tls_ms);
	add_ms(times, "first byte", endpoint->ttfb_ms);
	if (isnan(endpoint->age_ms))
		line_add(times, "no good answer yet");
	else if (endpoint->age_ms > MINUTE_MS)
		line_add(times, "last good answer %s ago", wording_age(age, sizeof(age), endpoint->age_ms));
	if (*times)
		page_wrap(page, ROLE_DIM, "", 0, times);
	page_wrap(page, ROLE_DIM, "", 0, endpoint->url);
}

/* In one line if it fits. */
static void write_who(const struct peer *peer, struct page *page)
{
	char who[LINE_BYTES], addresses[LINE_BYTES] = "";

	text_set(who, sizeof(who), "%s%s%s", peer->os, *peer->os && *peer->user ? ", " : "", peer->user);
	for (const char *const *address = peer->addresses; address && *address; address++)
		text_add(addresses, sizeof(addresses), "%s%s", *addresses ? "  " : "", *address);
	page_wrap(page, ROLE_TEXT, "", 0, who);
	if (text_cells(who) + 2 + text_cells(addresses) <= page_width(page))
		page_add(page, ROLE_DIM, "  %s", addresses);
	else
		page_wrap(page, ROLE_DIM, "", 0, addresses);
}

static void write_peer(const struct snapshot *snapshot, const struct peer *peer, struct page *page)
{
	char path[LINE_BYTES] = "";
	struct value seen;

	write_who(peer, page);
	if (peer->is_online) {
		wording_path(path, &peer->path, snapshot->taken.wall_ms);
		wording_times(path, &peer->path);
		page_wrap(page, ROLE_DIM, "", 0, path);
	} else {
		value_last_seen(&seen, snapshot, peer);
		page_wrap(page, ROLE_DIM, "", 0, seen.text);
	}
	write_gpus(snapshot, peer, page);
}

void inspector_write(const struct snapshot *snapshot, struct target target, struct page *page)
{
	const struct verdict *verdict = inspector_verdict(snapshot, target);

	if (verdict) {
		write_what(verdict, page);
		write_others(snapshot, target, verdict, page);
	}
	if (target.endpoint) {
		write_endpoint(snapshot, target.endpoint, page);
		same_engine_write(snapshot, target.endpoint, 0, page);
	} else if (target.peer) {
		write_peer(snapshot, target.peer, page);
	} else if (target.mount) {
		page_wrap(page, ROLE_TEXT, "→", 2, target.mount->target);
	}
}
