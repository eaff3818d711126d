/* What a report contains, and in which order. A peer or server asked about by name is reported in full; of
 * the whole fleet only what is not well is, and the rest is a line each. The last line is the lowest broken
 * layer, and what to do. */
#include "tui/out/doctor.h"

#include "probes/base/text.h"
#include "probes/model/verdict_codes.h"
#include "probes/report/wording.h"
#include "tui/out/canvas_text.h"
#include "tui/out/outputs.h"
#include "tui/views/diagnosis_page.h"

#include <string.h>

#define WIDTH_LEAST 40
#define QUIET_NOTES 3

struct report {
	const struct snapshot *snapshot;
	const struct diagnosis_target *target; /* NULL: everything */
	struct page *page;
	const struct verdict *blame; /* the worst so far, at the lowest layer */
	const char *blamed;          /* the peer or URL it is about */
	size_t quiet;                /* peers without a server, that only get counted */
	size_t noted[QUIET_NOTES];   /* how many of them have each of the notes below */
};

static void note_blame(struct report *report, const struct diagnosis *diagnosis, const char *who)
{
	const struct verdict *found = diagnosis->blame, *known = report->blame;

	if (!found || (known && (known->severity > found->severity || (known->severity == found->severity &&
									      known->layer <= found->layer))))
		return;
	report->blame = found;
	report->blamed = found->layer == LAYER_DAEMON ? "this machine" : who;
}

static bool is_broken(const struct diagnosis *diagnosis, enum layer from, enum layer to)
{
	for (int layer = (int)from; layer <= (int)to; layer++)
		if (diagnosis->layers[layer].mark == MARK_BAD)
			return true;
	return false;
}

/* Layers up to the path, and its steps. For the whole fleet this machine's network is printed once, with the
 * daemon. */
static void say_way(struct report *report, const struct diagnosis *diagnosis)
{
	bool is_asked = report->target;

	diagnosis_page_layers(
		report->page, report->snapshot, diagnosis, is_asked ? LAYER_DAEMON : LAYER_HOST, LAYER_PATH);
	diagnosis_page_steps(
		report->page, report->snapshot, diagnosis, is_asked ? STEP_HERE : STEP_THERE, is_asked);
}

/* ---- endpoints ---- */

static void say_endpoint_layers(struct report *report, const struct diagnosis *diagnosis)
{
	diagnosis_page_layers(report->page, report->snapshot, diagnosis, LAYER_PORT, LAYER_EXPOSURE);
}

/* First those that are well, a line each (unless the report is about them), then the others. */
static void say_endpoints(struct report *report,
	bool (*is_wanted)(const struct report *report, int peer, const struct endpoint *endpoint), int peer)
{
	const struct snapshot *snapshot = report->snapshot;

	for (int in_full = 0; in_full < 2; in_full++)
		for (size_t i = 0; i < snapshot->endpoint_count; i++) {
			const struct endpoint *endpoint = &snapshot->endpoints[i];
			struct diagnosis diagnosis;

			if (!is_wanted(report, peer, endpoint))
				continue;
			diagnose(snapshot, (struct diagnosis_target){ endpoint->peer, (int)i }, &diagnosis);
			note_blame(report, &diagnosis, endpoint->url);
			if (report->target || is_broken(&diagnosis, LAYER_PORT, LAYER_EXPOSURE)) {
				if (!in_full)
					continue;
				diagnosis_page_endpoint(report->page, endpoint);
				say_endpoint_layers(report, &diagnosis);
			} else if (!in_full) {
				diagnosis_page_endpoint_briefly(report->page, report->snapshot, endpoint);
			}
		}
}

static bool is_of_peer(const struct report *report, int peer, const struct endpoint *endpoint)
{
	return diagnose_owns(report->snapshot, peer, endpoint);
}

/* Whether the endpoint belongs to no peer of the tailnet. */
static bool is_of_nobody(const struct report *report, int peer, const struct endpoint *endpoint)
{
	(void)peer;
	return endpoint->peer < 0 &&
	       !(report->snapshot->peer_count && diagnose_owns(report->snapshot, 0, endpoint));
}

/* ---- peers ---- */

/* The mounts as in `tailscale serve status`, with their state from both sides. */
static void say_mounts(struct report *report)
{
	struct layer_report layer_report;

	page_line(report->page, ROLE_TEXT, " ");
	page_line(report->page, ROLE_TITLE, "tailscale serve");
	if (!report->snapshot->mount_count)
		page_line(report->page, ROLE_DIM, "· serves nothing, or was not asked yet");
	for (size_t i = 0; i < report->snapshot->mount_count; i++) {
		diagnose_mount(report->snapshot, &report->snapshot->mounts[i], &layer_report);
		diagnosis_page_layer(report->page, report->snapshot, &layer_report, "mount");
	}
}

/* Whether the peer, one of its endpoints or one of its mounts is broken. */
static bool is_peer_broken(const struct report *report, int peer)
{
	struct diagnosis diagnosis;

	diagnose(report->snapshot, (struct diagnosis_target){ peer, -1 }, &diagnosis);
	return is_broken(&diagnosis, LAYER_HOST, LAYER_EXPOSURE);
}

static bool has_endpoint(const struct snapshot *snapshot, int peer)
{
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		if (diagnose_owns(snapshot, peer, &snapshot->endpoints[i]))
			return true;
	return false;
}

static void say_peer(struct report *report, int index)
{
	const struct peer *peer = &report->snapshot->peers[index];
	struct diagnosis diagnosis;

	diagnose(report->snapshot, (struct diagnosis_target){ index, -1 }, &diagnosis);
	diagnosis_page_peer(report->page, peer);
	say_way(report, &diagnosis);
	note_blame(report, &diagnosis, peer->name);
	if (peer->is_self)
		say_mounts(report);
	if (!has_endpoint(report->snapshot, index))
		diagnosis_page_layer(report->page, report->snapshot, &diagnosis.layers[LAYER_PORT],
			layer_name(LAYER_PORT));
	say_endpoints(report, is_of_peer, index);
}

/* What a peer without a server may be in, which is no fault of a server. */
static const struct {
	const char *code, *words;
} notes[QUIET_NOTES] = {
	{ CODE_HOST_OFFLINE, "offline" },
	{ CODE_KEY_EXPIRED, "with an expired key" },
	{ CODE_KEY_EXPIRING, "with a key that expires soon" },
};

static void count_quiet(struct report *report, const struct peer *peer)
{
	report->quiet++;
	for (size_t i = 0; i < peer->verdicts.count; i++)
		for (size_t k = 0; k < QUIET_NOTES; k++)
			report->noted[k] +=
				strcmp(notes[k].code,
					report->snapshot->verdict_list[peer->verdicts.first + i].code) == 0;
}

static void say_quiet(struct report *report)
{
	char text[256];
	const char *between = "";

	if (!report->quiet)
		return;
	text_set(text, sizeof(text), "%zu more peer%s without a server: ", report->quiet,
		report->quiet == 1 ? "" : "s");
	for (size_t k = 0; k < QUIET_NOTES; k++)
		if (report->noted[k]) {
			text_add(text, sizeof(text), "%s%zu %s", between, report->noted[k], notes[k].words);
			between = ", ";
		}
	if (!*between)
		text_add(text, sizeof(text), "nothing wrong is known");
	page_wrap(report->page, ROLE_DIM, "", 0, text);
}

/* For a peer that is well; one without a server is only counted. */
static void say_peer_briefly(struct report *report, int index)
{
	const struct peer *peer = &report->snapshot->peers[index];
	struct diagnosis diagnosis;

	if (!has_endpoint(report->snapshot, index) && !peer->is_self) {
		count_quiet(report, peer);
		return;
	}
	diagnose(report->snapshot, (struct diagnosis_target){ index, -1 }, &diagnosis);
	diagnosis_page_peer_briefly(report->page, peer, &diagnosis);
}

/* ---- the report ---- */

static const char *own_os(const struct snapshot *snapshot)
{
	return snapshot->peer_count && snapshot->peers[0].is_self ? snapshot->peers[0].os : "";
}

/* Which program looked, when and from where. */
static void say_head(struct page *page, const struct snapshot *snapshot)
{
	char date[32], text[512] = "";

	text_add(text, sizeof(text), "tsllm-top %s --doctor, %s", TSLLM_VERSION,
		when_format(snapshot->taken.wall_ms, date, sizeof(date)));
	if (*snapshot->daemon.self)
		text_add(text, sizeof(text), ", on %s", snapshot->daemon.self);
	if (*own_os(snapshot))
		text_add(text, sizeof(text), " (%s)", own_os(snapshot));
	if (*snapshot->daemon.version)
		text_add(text, sizeof(text), ", tailscaled %s", snapshot->daemon.version);
	page_wrap(page, ROLE_PROGRAM, "", 0, text);
	if (snapshot->is_passive)
		page_wrap(page, ROLE_DIM, "", 0, "--passive: nothing was sent to peers or servers");
}

static void say_fleet(struct report *report)
{
	const struct snapshot *snapshot = report->snapshot;
	struct diagnosis diagnosis;

	diagnose(snapshot, (struct diagnosis_target){ -1, -1 }, &diagnosis);
	note_blame(report, &diagnosis, "this machine");
	page_line(report->page, ROLE_TEXT, " ");
	diagnosis_page_layers(report->page, report->snapshot, &diagnosis, LAYER_DAEMON, LAYER_DAEMON);
	diagnosis_page_steps(report->page, report->snapshot, &diagnosis, STEP_HERE, false);
	for (size_t i = 0; i < snapshot->peer_count; i++)
		if (is_peer_broken(report, (int)i))
			say_peer(report, (int)i);
	if (snapshot->peer_count)
		page_line(report->page, ROLE_TEXT, " ");
	for (size_t i = 0; i < snapshot->peer_count; i++)
		if (!is_peer_broken(report, (int)i))
			say_peer_briefly(report, (int)i);
	say_endpoints(report, is_of_nobody, -1);
	say_quiet(report);
}

static void say_target(struct report *report, const struct diagnosis_target *target)
{
	struct diagnosis diagnosis;

	if (target->endpoint < 0) {
		say_peer(report, target->peer);
		return;
	}
	if (target->peer >= 0)
		diagnosis_page_peer(report->page, &report->snapshot->peers[target->peer]);
	diagnose(report->snapshot, *target, &diagnosis);
	note_blame(report, &diagnosis, report->snapshot->endpoints[target->endpoint].url);
	diagnosis_page_endpoint(report->page, &report->snapshot->endpoints[target->endpoint]);
	say_way(report, &diagnosis);
	say_endpoint_layers(report, &diagnosis);
}

static void say_end(struct report *report)
{
	enum status status = diagnose_status(report->snapshot, report->target);
	char text[2048] = "", pending[LINE_BYTES] = "";

	page_line(report->page, ROLE_TEXT, " ");
	wording_pending(pending, &report->snapshot->discovery);
	if (*pending)
		page_wrap(report->page, ROLE_DIM, "", 0, pending);
	diagnosis_page_sum(text, sizeof(text), report->blame, report->blamed, status);
	text_add(text, sizeof(text), "  [status: %s (%d)]", status_name(status), (int)status);
	page_wrap(
		report->page, report->blame ? role_of_state(report->blame->state) : ROLE_TITLE, "", 0, text);
}

void doctor_print(
	const struct print_to *to, const struct snapshot *snapshot, const struct diagnosis_target *target)
{
	int width = to->width < WIDTH_LEAST ? WIDTH_LEAST : to->width;
	struct report report = { .snapshot = snapshot, .target = target, .page = page_new(width) };
	struct canvas *canvas;

	say_head(report.page, report.snapshot);
	if (target)
		say_target(&report, target);
	else
		say_fleet(&report);
	say_end(&report);
	canvas = canvas_new(width, (int)page_lines(report.page), to->is_ascii);
	page_draw(report.page, canvas, 0, 0, canvas->height, 0);
	canvas_text_print(to->file, canvas, to->has_colour);
	canvas_free(canvas);
	page_free(report.page);
}
