/* One line for a script on stdout; messages for the user go to the other stream. */
#include "tui/out/pick.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/report/pick.h"
#include "probes/report/wording.h"
#include "tui/out/outputs.h"
#include "tui/views/values.h"
#include "tui/views/verdict_line.h"

#include <math.h>
#include <string.h>

#define NAMED_MOST 5 /* models in one sentence */

struct printer {
	FILE *errors;
	const struct snapshot *snapshot;
	const char *name, *option; /* "--pick" */
	struct pick pick;
};

static const struct offer *offer_at(const struct printer *p, size_t i)
{
	return &p->snapshot->offers[p->pick.offers.first + i];
}

static const char *model_at(const struct printer *p, size_t i)
{
	return p->snapshot->models[offer_at(p, i)->model].id;
}

/* Prints nothing if it is not known. */
static void say_figure(
	FILE *file, char *(*text)(char *to, size_t size, double figure), double figure, const char *unit)
{
	char number[32];

	if (!isnan(figure))
		fprintf(file, ", %s %s", text(number, sizeof(number), figure), unit);
}

/* "  1  https://gpu1.tail1234.ts.net/v1  own, warm, gpu1, direct, 3.1 ms, 41 tok/s". */
static void say_usable(const struct printer *p, const struct offer *offer, const struct endpoint *endpoint)
{
	const struct peer *peer = endpoint->peer < 0 ? NULL : &p->snapshot->peers[endpoint->peer];
	struct value way = { .text = "" };

	fprintf(p->errors, "%3zu  %s  %s, %s", offer->rank, endpoint->base_url,
		offer_class_name(offer->class_), warmth_name(offer->warmth));
	if (peer) {
		value_way(&way, peer, endpoint);
		fprintf(p->errors, ", %s, %s", peer->name, way.text);
		say_figure(p->errors, text_ms, peer->path.rtt_ms, "ms");
	}
	say_figure(p->errors, text_speed, endpoint->figures.tokens_per_s, "tok/s");
	say_figure(p->errors, text_count, endpoint->figures.waiting, "waiting");
	fprintf(p->errors, "%s%s\n", *offer->why ? ": " : "", offer->why);
}

static void say_place(const struct printer *p, const struct offer *offer)
{
	const struct endpoint *endpoint = &p->snapshot->endpoints[offer->endpoint];
	struct value why = { .text = "" };

	if (offer->rank) {
		say_usable(p, offer, endpoint);
		return;
	}
	value_offer(&why, p->snapshot, offer);
	fprintf(p->errors, "  -  %s  %s\n", endpoint->url, why.text);
}

static void say_places(const struct printer *p)
{
	fprintf(p->errors, "%s\n", model_at(p, 0));
	for (size_t i = 0; i < p->pick.offers.count; i++)
		say_place(p, offer_at(p, i));
}

/* The distinct models among the offers from the first on: those that fit the name, or all if none does. */
static void say_models(const struct printer *p, const char *before)
{
	bool is_any = p->pick.result == PICK_UNKNOWN;
	size_t count = is_any ? p->snapshot->offer_count : p->pick.offers.count, said = 0;

	for (size_t i = 0; i < count && said <= NAMED_MOST; i++) {
		if ((i && strcmp(model_at(p, i), model_at(p, i - 1)) == 0) ||
			(!is_any && !pick_fits(p->snapshot, &p->pick, p->pick.offers.first + i, p->name)))
			continue;
		fprintf(p->errors, "%s%s", said ? ", " : before,
			said < NAMED_MOST ? model_at(p, i) : "and others");
		said++;
	}
}

static void say_why_not(const struct printer *p)
{
	char name[TEXT_CAP];

	fprintf(p->errors, "tsllm-top: %s: ", p->option);
	text_clean(name, sizeof(name), p->name, strlen(p->name));
	switch (p->pick.result) {
	case PICK_NOWHERE:
		fprintf(p->errors, "no server can be used that has %s\n", model_at(p, 0));
		say_places(p);
		return;
	case PICK_AMBIGUOUS:
		fprintf(p->errors, "'%s' could be ", name);
		say_models(p, "");
		break;
	default:
		fprintf(p->errors, "no server lists a model '%s'", name);
		say_models(p, "; there is ");
		break;
	}
	fputs("\n", p->errors);
}

/* A server that was not asked may have the model. */
static void say_whom_it_did_not_ask(const struct printer *p)
{
	char pending[LINE_BYTES] = "";

	wording_pending(pending, &p->snapshot->discovery);
	if (p->snapshot->is_passive)
		fprintf(p->errors, "tsllm-top: %s: no server was asked: --passive\n", p->option);
	else if (*pending)
		fprintf(p->errors, "tsllm-top: %s: %s: try a longer --deadline, or --endpoint URL\n",
			p->option, pending);
}

/* The fault of tailscaled, if that is why nothing is known. */
static const struct verdict *trouble_of(const struct snapshot *snapshot)
{
	const struct verdict *worst = snapshot_worst(snapshot, snapshot->verdicts);

	return worst && worst->layer == LAYER_DAEMON && worst->severity == SEVERITY_DOWN ? worst : NULL;
}

static void say_url(const struct print_to *to, const struct printer *p)
{
	const struct endpoint *endpoint = &p->snapshot->endpoints[offer_at(p, 0)->endpoint];
	char url[1024];
	enum pick_url found = pick_url_of(p->snapshot, endpoint, url, sizeof(url));

	if (found == PICK_URL_UNRESOLVED)
		fprintf(p->errors,
			"tsllm-top: --pick: its name does not resolve on this machine, and its certificate is for "
			"the name: %stailscale set --accept-dns=true\n",
			p->snapshot->daemon.sudo);
	fprintf(to->file, "%s\n", url);
}

int pick_status(const struct print_to *to, const struct snapshot *snapshot)
{
	const struct verdict *trouble = trouble_of(snapshot);
	char line[2048] = "";

	if (!trouble)
		return STATUS_DOWN;
	verdict_line_add(line, sizeof(line), trouble);
	fprintf(to->errors, "tsllm-top: %s\n", line);
	return STATUS_UNKNOWN;
}

int pick_print_why_not(const struct print_to *to, const struct snapshot *snapshot, const struct pick *pick,
	const char *model, const char *option)
{
	const struct printer p = { to->errors, snapshot, model, option, *pick };

	say_why_not(&p);
	if (p.pick.result == PICK_UNKNOWN)
		say_whom_it_did_not_ask(&p);
	return pick_status(to, snapshot);
}

int pick_print(const struct print_to *to, const struct snapshot *snapshot, const char *model, bool is_verbose)
{
	const struct printer p = { to->errors, snapshot, model, "--pick", pick_model(snapshot, model) };

	if (p.pick.result != PICK_FOUND)
		return pick_print_why_not(to, snapshot, &p.pick, model, p.option);
	if (is_verbose)
		say_places(&p);
	say_url(to, &p);
	return STATUS_OK;
}
