/* Rung by rung: a mark, the layer, the evidence, and below it each verdict with its fix. What is asked about
 * by name is told in full; of the whole fleet only what is not well, the rest is a line each. The last line
 * is the lowest rung that is broken, and what to do. */
#include "tui/doctor.h"

#include <math.h>
#include <string.h>

#include "probes/base/text.h"
#include "tui/page.h"
#include "tui/print_canvas.h"
#include "tui/view.h"

#define INDENT 11 /* "✔ exposure " */
#define WIDTH_LEAST 40
#define NEW_MS 1000

static const struct {
	const char *glyph;
	enum role role;
} marks[MARK_COUNT] = {
	[MARK_OK] = { "✔", ROLE_STATE + STATE_OK },
	[MARK_NOTE] = { "i", ROLE_STATE + STATE_BUSY },
	[MARK_BAD] = { "✖", ROLE_STATE + STATE_DOWN },
	[MARK_UNKNOWN] = { "?", ROLE_STATE + STATE_SLOW },
	[MARK_SKIPPED] = { "·", ROLE_DIM },
};

struct report {
	const struct doctor *doctor;
	const struct snapshot *snapshot;
	struct page *page;
	const struct verdict *blame; /* the worst so far, and of those the lowest */
	const char *blamed;          /* on whom */
	size_t quiet;                /* peers of which there is nothing to say */
};

/* ---- rungs ---- */

static void say_verdict(struct report *report, const struct verdict *verdict)
{
	enum role role = verdict->is_muted ? ROLE_DIM : role_of_state(verdict->state);
	struct value since = { .text = "" };

	/* With one look everything is new: that is not said. */
	if (report->snapshot->taken.wall_ms - verdict->since >= NEW_MS)
		value_ago(&since, report->snapshot, verdict->since);
	page_line(report->page, role, "%*s%s", INDENT, "", verdict->code);
	page_add(report->page, ROLE_DIM, " (%s%s%s%s)", severity_name(verdict->severity),
		*since.text ? ", for " : "", since.text, verdict->is_muted ? ", ignored" : "");
	page_wrap(report->page, verdict->is_muted ? ROLE_DIM : ROLE_TEXT, "", INDENT + 2, verdict->text);
	if (*verdict->fix)
		page_wrap(report->page, ROLE_FIX, "             →", INDENT + 4, verdict->fix);
}

static void say_rung(struct report *report, const struct rung *rung, const char *name)
{
	struct page *page = report->page;
	enum role role = rung->mark == MARK_SKIPPED ? ROLE_DIM : ROLE_TEXT;

	page_line(page, marks[rung->mark].role, "%s ", marks[rung->mark].glyph);
	page_cell(page, role, INDENT - 3, name);
	for (size_t i = 0; i < rung->line_count; i++) {
		if (i)
			page_wrap(page, role, "", INDENT, rung->lines[i]);
		else
			page_flow(page, role, INDENT, rung->lines[i]);
	}
	for (size_t i = 0; i < rung->verdict_count; i++)
		say_verdict(report, rung->verdicts[i]);
}

static void say_rungs(struct report *report, const struct ladder *ladder, enum layer from, enum layer to)
{
	for (int layer = (int)from; layer <= (int)to; layer++)
		say_rung(report, &ladder->rungs[layer], layer_name((enum layer)layer));
}

static void note_blame(struct report *report, const struct ladder *ladder, const char *who)
{
	const struct verdict *found = ladder->blame, *known = report->blame;

	if (!found || (known && (known->severity > found->severity || (known->severity == found->severity &&
									      known->layer <= found->layer))))
		return;
	report->blame = found;
	report->blamed = found->layer == LAYER_DAEMON ? "this machine" : who;
}

static bool is_broken(const struct ladder *ladder, enum layer from, enum layer to)
{
	for (int layer = (int)from; layer <= (int)to; layer++)
		if (ladder->rungs[layer].mark == MARK_BAD)
			return true;
	return false;
}

/* ---- doors ---- */

static void say_door_name(struct report *report, const struct endpoint *endpoint)
{
	struct value state;

	value_state(&state, endpoint->state);
	page_line(report->page, ROLE_TEXT, " ");
	page_wrap(report->page, ROLE_TITLE, "", 0, endpoint->url);
	page_add(report->page, state.role, "  %s", state.text);
	page_add(report->page, ROLE_DIM, "  found by %s%s%s", found_by_name(endpoint->found_by),
		endpoint->is_pinned ? ", pinned" : "", endpoint->is_stale ? ", stale" : "");
}

/* One that is well, or that is not reached because of its host. */
static void say_door_briefly(struct report *report, const struct endpoint *endpoint)
{
	bool is_reached = endpoint->state < STATE_OFFLINE || endpoint->state == STATE_SLOW;
	enum mark mark = endpoint->state == STATE_UNKNOWN ? MARK_UNKNOWN
			 : is_reached                     ? MARK_OK
							  : MARK_SKIPPED;
	struct value state;
	char ttfb[32];

	value_state(&state, endpoint->state);
	page_line(report->page, marks[mark].role, "%s ", marks[mark].glyph);
	page_add(report->page, ROLE_TEXT, "%s", endpoint->url);
	page_add(report->page, state.role, "  %s", state.text);
	if (*endpoint->title)
		page_add(report->page, ROLE_TEXT, "  %s", endpoint->title);
	if (!isnan(endpoint->ttfb_ms))
		page_add(report->page, ROLE_DIM, "  %s ms", text_ms(ttfb, sizeof(ttfb), endpoint->ttfb_ms));
}

static void say_door_in_full(
	struct report *report, const struct endpoint *endpoint, const struct ladder *ladder, enum layer from)
{
	say_door_name(report, endpoint);
	say_rungs(report, ladder, from, LAYER_EXPOSURE);
}

/* Those that are well come first, a line each, unless it was asked about them; then the others. */
static void say_doors(struct report *report,
	bool (*is_wanted)(const struct report *report, int peer, const struct endpoint *endpoint), int peer)
{
	const struct snapshot *snapshot = report->snapshot;

	for (int in_full = 0; in_full < 2; in_full++)
		for (size_t i = 0; i < snapshot->endpoint_count; i++) {
			const struct endpoint *endpoint = &snapshot->endpoints[i];
			struct ladder ladder;

			if (!is_wanted(report, peer, endpoint))
				continue;
			ladder_climb(snapshot, (struct ladder_target){ endpoint->peer, (int)i }, &ladder);
			note_blame(report, &ladder, endpoint->url);
			if (report->doctor->target || is_broken(&ladder, LAYER_PORT, LAYER_EXPOSURE)) {
				if (in_full)
					say_door_in_full(report, endpoint, &ladder, LAYER_PORT);
			} else if (!in_full) {
				say_door_briefly(report, endpoint);
			}
		}
}

static bool is_of_peer(const struct report *report, int peer, const struct endpoint *endpoint)
{
	return ladder_owns(report->snapshot, peer, endpoint);
}

/* Nobody's on the tailnet. */
static bool is_of_nobody(const struct report *report, int peer, const struct endpoint *endpoint)
{
	(void)peer;
	return endpoint->peer < 0 &&
	       !(report->snapshot->peer_count && ladder_owns(report->snapshot, 0, endpoint));
}

/* ---- peers ---- */

/* What `tailscale serve status` would say, and how each mount is from both sides. */
static void say_mounts(struct report *report)
{
	struct rung rung;

	page_line(report->page, ROLE_TEXT, " ");
	page_line(report->page, ROLE_TITLE, "tailscale serve");
	if (!report->snapshot->mount_count)
		page_line(report->page, ROLE_DIM, "· serves nothing, or was not asked yet");
	for (size_t i = 0; i < report->snapshot->mount_count; i++) {
		ladder_see_mount(report->snapshot, &report->snapshot->mounts[i], &rung);
		say_rung(report, &rung, "mount");
	}
}

static void say_peer_name(struct report *report, const struct peer *peer)
{
	char text[2048] = "";

	if (strcmp(peer->fqdn, peer->name) != 0)
		text_add(text, sizeof(text), "%s", peer->fqdn);
	for (const char *const *address = peer->addresses; *address; address++)
		text_add(text, sizeof(text), "  %s", *address);
	for (const char *const *tag = peer->tags; *tag; tag++)
		text_add(text, sizeof(text), "  %s", *tag);
	if (!peer->tags[0] && *peer->user)
		text_add(text, sizeof(text), "  %s", peer->user);
	page_line(report->page, ROLE_TEXT, " ");
	page_line(report->page, ROLE_TITLE, "%s", peer->name);
	page_wrap(report->page, ROLE_DIM, "", 2, text);
}

/* One that is well; without a server it is only counted. */
static void say_peer_briefly(struct report *report, const struct peer *peer)
{
	struct page *page = report->page;
	struct value path;
	char rtt[32];

	if (!peer->endpoint_count && !peer->is_self) {
		report->quiet++;
		return;
	}
	value_path(&path, &peer->path);
	page_line(page, marks[peer->is_online ? MARK_OK : MARK_NOTE].role, "%s ",
		marks[peer->is_online ? MARK_OK : MARK_NOTE].glyph);
	page_cell(page, ROLE_TITLE, 20, peer->name);
	page_add(page, path.role, "%s", peer->is_self ? "this machine" : path.text);
	if (!isnan(peer->path.rtt_ms))
		page_add(page, ROLE_TEXT, "  %s ms", text_ms(rtt, sizeof(rtt), peer->path.rtt_ms));
	page_add(
		page, ROLE_DIM, "  %zu server%s", peer->endpoint_count, peer->endpoint_count == 1 ? "" : "s");
}

/* Something of it, or of a door of it, is broken. */
static bool is_peer_broken(const struct report *report, int peer)
{
	const struct snapshot *snapshot = report->snapshot;
	struct ladder ladder;

	ladder_climb(snapshot, (struct ladder_target){ peer, -1 }, &ladder);
	if (is_broken(&ladder, LAYER_HOST, LAYER_PATH))
		return true;
	for (size_t i = 0; i < snapshot->endpoint_count; i++) {
		if (!ladder_owns(snapshot, peer, &snapshot->endpoints[i]))
			continue;
		ladder_climb(
			snapshot, (struct ladder_target){ snapshot->endpoints[i].peer, (int)i }, &ladder);
		if (is_broken(&ladder, LAYER_HOST, LAYER_EXPOSURE))
			return true;
	}
	return false;
}

static void say_peer(struct report *report, int index)
{
	const struct peer *peer = &report->snapshot->peers[index];
	struct ladder ladder;

	ladder_climb(report->snapshot, (struct ladder_target){ index, -1 }, &ladder);
	say_peer_name(report, peer);
	say_rungs(report, &ladder, report->doctor->target ? LAYER_DAEMON : LAYER_HOST, LAYER_PATH);
	note_blame(report, &ladder, peer->name);
	if (peer->is_self)
		say_mounts(report);
	if (!peer->endpoint_count)
		say_rung(report, &ladder.rungs[LAYER_PORT], layer_name(LAYER_PORT));
	say_doors(report, is_of_peer, index);
}

/* ---- the report ---- */

static const char *own_os(const struct snapshot *snapshot)
{
	return snapshot->peer_count && snapshot->peers[0].is_self ? snapshot->peers[0].os : "";
}

static void say_head(struct report *report)
{
	const struct snapshot *snapshot = report->snapshot;
	char date[32], text[512] = "";

	text_add(text, sizeof(text), "tsllm-top %s --doctor, %s", TSLLM_VERSION,
		when_format(snapshot->taken.wall_ms, date, sizeof(date)));
	if (*snapshot->daemon.self)
		text_add(text, sizeof(text), ", on %s", snapshot->daemon.self);
	if (*own_os(snapshot))
		text_add(text, sizeof(text), " (%s)", own_os(snapshot));
	if (*snapshot->daemon.version)
		text_add(text, sizeof(text), ", tailscaled %s", snapshot->daemon.version);
	page_wrap(report->page, ROLE_PROGRAM, "", 0, text);
	if (snapshot->is_passive)
		page_wrap(report->page, ROLE_DIM, "", 0, "--passive: nothing was sent to peers or servers");
}

static void say_fleet(struct report *report)
{
	const struct snapshot *snapshot = report->snapshot;
	struct ladder ladder;

	ladder_climb(snapshot, (struct ladder_target){ -1, -1 }, &ladder);
	note_blame(report, &ladder, "this machine");
	page_line(report->page, ROLE_TEXT, " ");
	say_rungs(report, &ladder, LAYER_DAEMON, LAYER_DAEMON);
	for (size_t i = 0; i < snapshot->peer_count; i++)
		if (is_peer_broken(report, (int)i))
			say_peer(report, (int)i);
	if (snapshot->peer_count)
		page_line(report->page, ROLE_TEXT, " ");
	for (size_t i = 0; i < snapshot->peer_count; i++)
		if (!is_peer_broken(report, (int)i))
			say_peer_briefly(report, &snapshot->peers[i]);
	say_doors(report, is_of_nobody, -1);
	if (report->quiet)
		page_line(report->page, ROLE_DIM, "%zu more peer%s without a server: nothing wrong is known",
			report->quiet, report->quiet == 1 ? "" : "s");
}

static void say_target(struct report *report, const struct ladder_target *target)
{
	struct ladder ladder;

	if (target->endpoint < 0) {
		say_peer(report, target->peer);
		return;
	}
	if (target->peer >= 0)
		say_peer_name(report, &report->snapshot->peers[target->peer]);
	ladder_climb(report->snapshot, *target, &ladder);
	note_blame(report, &ladder, report->snapshot->endpoints[target->endpoint].url);
	say_door_in_full(report, &report->snapshot->endpoints[target->endpoint], &ladder, LAYER_DAEMON);
}

static void say_end(struct report *report)
{
	enum status status = ladder_status(report->snapshot, report->doctor->target);
	const struct discovery *discovery = &report->snapshot->discovery;
	static const char *const words[] = {
		[SEVERITY_INFO] = "Out of reach", [SEVERITY_DEGRADED] = "Degraded", [SEVERITY_DOWN] = "Broken"
	};
	char text[2048] = "";

	page_line(report->page, ROLE_TEXT, " ");
	if (discovery->pending)
		page_line(report->page, ROLE_DIM,
			"the search for servers is not finished: %zu doors were not asked yet",
			discovery->pending);
	if (report->blame)
		text_add(text, sizeof(text), "%s at the %s layer, %s: %s%s%s", words[report->blame->severity],
			layer_name(report->blame->layer), report->blamed, report->blame->text,
			*report->blame->fix ? " → " : "", report->blame->fix);
	else if (status == STATUS_UNKNOWN)
		text_add(text, sizeof(text), "It cannot be told: no server answered or was asked");
	else
		text_add(text, sizeof(text), "Nothing is broken, as far as was asked");
	text_add(text, sizeof(text), "  [status: %s (%d)]", status_name(status), (int)status);
	page_wrap(
		report->page, report->blame ? role_of_state(report->blame->state) : ROLE_TITLE, "", 0, text);
}

void doctor_print(FILE *file, const struct doctor *doctor)
{
	int width = doctor->width < WIDTH_LEAST ? WIDTH_LEAST : doctor->width;
	struct report report = { .doctor = doctor, .snapshot = doctor->snapshot, .page = page_new(width) };
	struct canvas *canvas;

	say_head(&report);
	if (doctor->target)
		say_target(&report, doctor->target);
	else
		say_fleet(&report);
	say_end(&report);
	canvas = canvas_new(width, (int)page_lines(report.page), doctor->is_ascii);
	page_draw(report.page, canvas, 0, 0, canvas->height, 0);
	print_canvas(file, canvas, doctor->has_colour);
	canvas_free(canvas);
	page_free(report.page);
}
