/* Applies tables of rules to evidence.
 *
 * A rule is a row: when it holds, how bad it is, what to say. Rows are read in order. This file keeps
 * since when each code has held, fills the %{variables} of the texts and mutes what the user ignores. A
 * rule that explains the failure suppresses later rules, except those of the exposure layer: so the lowest
 * layer is blamed. */
#include "probes/verdicts/apply.h"

#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/ledger/first_look.h"
#include "probes/ledger/ledger.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"
#include "probes/model/names.h"
#include "probes/verdicts/fill.h"
#include "probes/verdicts/fix.h"
#include "probes/verdicts/rule.h"

#include <stdio.h>
#include <string.h>

static bool is_url_of(const struct known_endpoint *endpoint, const char *url)
{
	return endpoint && strcmp(endpoint->url, url) == 0;
}

/* Without a known peer, a row is matched by its host. */
static bool is_row_of(const struct evidence *evidence, const char *word)
{
	const struct ledger *ledger = evidence->ledger;
	const struct obs_peer *peer = evidence->peer ? evidence->peer->obs : NULL;
	char name[TEXT_CAP] = "";
	struct names names = { .name = name };

	fill_peer(evidence, name, sizeof(name));
	if (peer)
		names = (struct names){ .id = peer->id,
			.name = name,
			.fqdn = peer->fqdn,
			.suffix = ledger->status ? ledger->status->magicdns_suffix : "",
			.addresses = peer->addresses };
	return names_mean(&names, word) || is_url_of(evidence->endpoint, word) ||
	       is_url_of(evidence->queried, word);
}

static bool is_muted(const struct evidence *evidence, const char *code)
{
	const struct ledger_terms *terms = &evidence->ledger->terms;

	for (size_t i = 0; i < terms->ignore_count; i++) {
		const char *row = terms->ignore[i];
		size_t length = strcspn(row, "@");

		if (strlen(code) != length || strncmp(row, code, length) != 0)
			continue;
		if (!row[length] || is_row_of(evidence, row + length + 1))
			return true;
	}
	return false;
}

static int64_t open_since(struct open_verdicts *open_verdicts, const char *code, struct when now)
{
	struct open_verdict *fresh;

	for (size_t i = 0; i < open_verdicts->count; i++)
		if (strcmp(open_verdicts->items[i].code, code) == 0)
			return open_verdicts->items[i].since;
	fresh = VEC_PUSH(open_verdicts);
	fresh->code = code;
	fresh->since = now.wall_ms;
	return fresh->since;
}

/* Forgets codes that no longer hold. */
static void open_verdicts_keep(
	struct open_verdicts *open_verdicts, const struct verdict *verdicts, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < open_verdicts->count; i++)
		for (size_t k = 0; k < count; k++)
			if (strcmp(open_verdicts->items[i].code, verdicts[k].code) == 0) {
				open_verdicts->items[kept++] = open_verdicts->items[i];
				break;
			}
	open_verdicts->count = kept;
}

static void add_verdict(const struct rule *rule, const struct evidence *evidence,
	const struct finding *finding, struct open_verdicts *open_verdicts, struct arena *arena,
	struct verdict_list *verdicts)
{
	const struct fix fix = fix_of(finding->fix ? finding->fix : rule->fix, evidence, finding, arena);

	int64_t since = open_since(open_verdicts, rule->code, evidence->now);

	*VEC_PUSH(verdicts) = (struct verdict){
		.code = rule->code,
		.layer = rule->layer,
		.severity = finding->severity,
		.state = finding->state,
		.text = fill_text(arena, rule->text, evidence, finding),
		.run = fix.run,
		.run_on = fix.run_on,
		.hint = fix.hint,
		.fix = fix.line,
		.since = since,
		.was_before = first_look_saw(evidence->ledger, evidence->endpoint, since),
		.is_muted = is_muted(evidence, rule->code),
		.is_inferred = finding->is_inferred,
		.explains = rule->explains,
		.cause = arena_copy(arena, finding->cause),
	};
}

void apply_rules(const struct rule *const *tables, const struct evidence *evidence,
	struct open_verdicts *open_verdicts, struct arena *arena, struct verdict_list *verdicts)
{
	size_t first = verdicts->count;
	bool is_explained = false;

	for (; *tables; tables++)
		for (const struct rule *rule = *tables; rule->code; rule++) {
			struct finding finding;

			finding.severity = rule->severity;
			finding.state = rule->state;
			finding.is_inferred = false;
			/* Clearing all 800 bytes would be most of the work on a big tailnet. */
			finding.detail[0] = finding.value[0] = finding.cause[0] = '\0';
			finding.fix = NULL;
			if (is_explained && rule->layer != LAYER_EXPOSURE)
				continue;
			if (!rule->holds(evidence, &finding))
				continue;
			add_verdict(rule, evidence, &finding, open_verdicts, arena, verdicts);
			is_explained = is_explained || rule->explains;
		}
	open_verdicts_keep(open_verdicts, verdicts->count > first ? &verdicts->items[first] : NULL,
		verdicts->count - first);
}

/* Notes of one weight stay in the order of the rules, the most important first. */
static int worst_first(const struct verdict *x, const struct verdict *y)
{
	if (x->is_muted != y->is_muted)
		return x->is_muted - y->is_muted;
	if (x->severity != y->severity)
		return (int)y->severity - (int)x->severity;
	if (x->state != y->state)
		return (int)y->state - (int)x->state;
	return x->severity == SEVERITY_INFO ? 0 : (int)x->layer - (int)y->layer;
}

/* By insertion: a row has few, and equal ones must keep their order. */
void apply_sort(struct verdict *verdicts, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct verdict verdict = verdicts[i];
		size_t at = i;

		for (; at && worst_first(&verdicts[at - 1], &verdict) > 0; at--)
			verdicts[at] = verdicts[at - 1];
		verdicts[at] = verdict;
	}
}
