/* The sentence is the worst verdict's, and tells how many others are as bad. An engine counts once, in the state of
 * its worst endpoint. A bar ends the sentence in this format, so one from outside is replaced. */
#include "tui/out/nagios.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/out/labels.h"
#include "tui/out/outputs.h"

#include <math.h>
#include <string.h>

#define SENTENCE_MAX 1200 /* some readers take 4 kB of the whole line, some 1 kB */

struct worst {
	const struct verdict *verdict;
	char who[LABEL_MAX];
	size_t others; /* as bad as this one */
};

static void consider(
	struct worst *worst, const struct snapshot *snapshot, struct span verdicts, const char *who)
{
	const struct verdict *verdict = snapshot_worst(snapshot, verdicts);

	if (!verdict || verdict->severity == SEVERITY_INFO)
		return;
	if (worst->verdict && verdict->severity == worst->verdict->severity)
		worst->others++;
	if (worst->verdict && verdict->severity <= worst->verdict->severity)
		return;
	worst->verdict = verdict;
	worst->others = 0;
	text_set(worst->who, sizeof(worst->who), "%s", who);
}

static void find_worst(const struct snapshot *snapshot, const struct labels *labels, struct worst *worst)
{
	char who[LABEL_MAX];

	consider(worst, snapshot, snapshot->verdicts, "");
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		if (snapshot->endpoints[i].lead == i)
			consider(worst, snapshot, snapshot->endpoints[snapshot->endpoints[i].worst].verdicts,
				labels->endpoints[snapshot->endpoints[i].worst]);
	for (size_t i = 0; i < snapshot->peer_count; i++)
		consider(worst, snapshot, snapshot->peers[i].verdicts, labels->peers[i]);
	for (size_t i = 0; i < snapshot->mount_count; i++)
		if (snapshot->mounts[i].endpoint < 0)
			consider(worst, snapshot, snapshot->mounts[i].verdicts,
				labels_mount(snapshot, &snapshot->mounts[i], who, sizeof(who)));
}

struct counts {
	size_t all, well, degraded, down, unknown;
	double running, waiting;
};

static void add_work(double *sum, double figure)
{
	if (!isnan(figure))
		*sum = isnan(*sum) ? figure : *sum + figure;
}

static void count(const struct snapshot *snapshot, struct counts *counts)
{
	*counts = (struct counts){ .running = NAN, .waiting = NAN };
	for (size_t i = 0; i < snapshot->endpoint_count; i++) {
		const struct endpoint *endpoint = &snapshot->endpoints[i];
		enum state state = snapshot->endpoints[endpoint->worst].state;
		bool is_degraded = state == STATE_WARN || state == STATE_SLOW;

		if (endpoint->lead != i)
			continue;
		counts->all++;
		*(state == STATE_UNKNOWN      ? &counts->unknown
			: is_degraded         ? &counts->degraded
			: state_blocks(state) ? &counts->down
					      : &counts->well) += 1;
		add_work(&counts->running, endpoint->figures.running);
		add_work(&counts->waiting, endpoint->figures.waiting);
	}
}

static void put_sentence(FILE *file, const char *text)
{
	for (; *text; text++)
		putc(*text == '|' ? '/' : *text, file);
}

static void say(const struct snapshot *snapshot, const struct counts *counts, const struct worst *worst,
	char *to, size_t size)
{
	const struct verdict *verdict = worst->verdict;
	bool is_named = verdict && (!*worst->who || text_contains_fold(verdict->text, worst->who));

	*to = '\0';
	if (verdict)
		text_add(to, size, "%s%s%s", is_named ? "" : worst->who, is_named ? "" : ": ", verdict->text);
	else if (snapshot->status == STATUS_UNKNOWN && *snapshot->daemon.trouble)
		text_add(to, size, "%s", snapshot->daemon.trouble);
	else if (!counts->all)
		text_add(to, size, "no LLM server found");
	else
		text_add(to, size, "%zu of %zu LLM servers well", counts->well, counts->all);
	if (verdict && worst->others)
		text_add(to, size, " (and %zu more)", worst->others);
}

static void put_work(FILE *file, const char *name, double figure)
{
	if (!isnan(figure))
		fprintf(file, " %s=%.0f;;;0", name, figure);
}

void nagios_print(const struct print_to *to, const struct snapshot *snapshot)
{
	static const char *const words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };
	struct labels *labels = labels_new(snapshot);
	struct worst worst = { .verdict = NULL };
	struct counts counts;
	char sentence[SENTENCE_MAX];

	find_worst(snapshot, labels, &worst);
	count(snapshot, &counts);
	say(snapshot, &counts, &worst, sentence, sizeof(sentence));
	fprintf(to->file, "TSLLM %s - ", words[snapshot->status]);
	put_sentence(to->file, sentence);
	fprintf(to->file,
		" | endpoints=%zu;;;0 endpoints_ok=%zu;;;0 endpoints_degraded=%zu;;;0 endpoints_down=%zu;;;0"
		" endpoints_unknown=%zu;;;0 peers=%zu;;;0 peers_online=%zu;;;0",
		counts.all, counts.well, counts.degraded, counts.down, counts.unknown,
		snapshot->peer_count ? snapshot->peer_count - snapshot->peers[0].is_self : 0,
		snapshot->online_count);
	put_work(to->file, "running_requests", counts.running);
	put_work(to->file, "waiting_requests", counts.waiting);
	putc('\n', to->file);
	labels_free(labels);
}
