#include "tui/out/exposition_memory.h"

#include "probes/base/mem.h"
#include "probes/base/strings.h"

#include <stdlib.h>
#include <string.h>

struct exposition_memory {
	VEC(struct had_verdict) had;
	struct strings names;   /* of engines */
	struct strings engines; /* by endpoint of the last snapshot */
};

struct row {
	const char *peer, *endpoint;
};

struct exposition_memory *exposition_memory_new(void)
{
	return mem_alloc(sizeof(struct exposition_memory));
}

static void free_had(struct had_verdict *had)
{
	free(had->code);
	free(had->peer);
	free(had->endpoint);
}

void exposition_memory_free(struct exposition_memory *memory)
{
	if (!memory)
		return;
	for (size_t i = 0; i < memory->had.count; i++)
		free_had(&memory->had.items[i]);
	free(memory->had.items);
	strings_fini(&memory->names);
	strings_fini(&memory->engines);
	free(memory);
}

/* ---- verdicts ---- */

static int compare_rows(const void *a, const void *b)
{
	const struct row *one = a, *other = b;
	int order = strcmp(one->peer, other->peer);

	return order ? order : strcmp(one->endpoint, other->endpoint);
}

/* The worst comes first of those of the same labels. */
static int compare_had(const void *a, const void *b)
{
	const struct had_verdict *one = a, *other = b;
	int order = strcmp(one->code, other->code);

	if (!order)
		order = compare_rows(&(struct row){ one->peer, one->endpoint },
			&(struct row){ other->peer, other->endpoint });
	return order ? order : other->level - one->level;
}

struct seeing {
	struct exposition_memory *memory;
	const struct snapshot *snapshot;
	const struct labels *labels;
	VEC(struct row) rows;
	struct strings mounts; /* labels that are no endpoint's */
};

static void see_row(struct seeing *seeing, struct span verdicts, const char *peer, const char *endpoint)
{
	*VEC_PUSH(&seeing->rows) = (struct row){ peer, endpoint };
	for (size_t i = 0; i < verdicts.count; i++) {
		const struct verdict *verdict = &seeing->snapshot->verdict_list[verdicts.first + i];

		*VEC_PUSH(&seeing->memory->had) =
			(struct had_verdict){ mem_copy(verdict->code), mem_copy(peer), mem_copy(endpoint),
				verdict->is_muted ? 0 : 1 + (int)verdict->severity };
	}
}

/* A mount is the endpoint that it is on the tailnet, whether or not that is asked. */
static void see_mount(struct seeing *seeing, const struct mount *mount)
{
	const struct snapshot *snapshot = seeing->snapshot;
	bool has_self = snapshot->peer_count && snapshot->peers[0].is_self;
	char label[LABEL_MAX];

	if (mount->endpoint >= 0) {
		see_row(seeing, mount->verdicts,
			labels_peer(seeing->labels, snapshot->endpoints[mount->endpoint].peer),
			labels_endpoint(seeing->labels, mount->endpoint));
		return;
	}
	strings_add(&seeing->mounts, labels_mount(snapshot, mount, label, sizeof(label)));
	see_row(seeing, mount->verdicts, labels_peer(seeing->labels, has_self ? 0 : -1),
		seeing->mounts.items[seeing->mounts.count - 1]);
}

static void see_rows(struct seeing *seeing)
{
	const struct snapshot *snapshot = seeing->snapshot;

	see_row(seeing, snapshot->verdicts, "", "");
	for (size_t i = 0; i < snapshot->peer_count; i++)
		see_row(seeing, snapshot->peers[i].verdicts, seeing->labels->peers[i], "");
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		see_row(seeing, snapshot->endpoints[i].verdicts,
			labels_peer(seeing->labels, snapshot->endpoints[i].peer),
			seeing->labels->endpoints[i]);
	for (size_t i = 0; i < snapshot->mount_count; i++)
		see_mount(seeing, &snapshot->mounts[i]);
	qsort(seeing->rows.items, seeing->rows.count, sizeof(struct row), compare_rows);
}

static bool has_row(const struct seeing *seeing, const struct had_verdict *had)
{
	return bsearch(&(struct row){ had->peer, had->endpoint }, seeing->rows.items, seeing->rows.count,
		sizeof(struct row), compare_rows);
}

/* Drops those whose row is gone, and of those with the same labels all but the first. */
static void tidy(struct seeing *seeing)
{
	struct had_verdict *had = seeing->memory->had.items;
	size_t kept = 0;

	for (size_t i = 0; i < seeing->memory->had.count; i++) {
		bool is_twice = kept && strcmp(had[kept - 1].code, had[i].code) == 0 &&
				strcmp(had[kept - 1].peer, had[i].peer) == 0 &&
				strcmp(had[kept - 1].endpoint, had[i].endpoint) == 0;

		if (is_twice || !has_row(seeing, &had[i]))
			free_had(&had[i]);
		else
			had[kept++] = had[i];
	}
	seeing->memory->had.count = kept;
}

static void see_verdicts(
	struct exposition_memory *memory, const struct snapshot *snapshot, const struct labels *labels)
{
	struct seeing seeing = { .memory = memory, .snapshot = snapshot, .labels = labels };

	for (size_t i = 0; i < memory->had.count; i++)
		memory->had.items[i].level = 0;
	see_rows(&seeing);
	if (memory->had.count)
		qsort(memory->had.items, memory->had.count, sizeof(struct had_verdict), compare_had);
	tidy(&seeing);
	free(seeing.rows.items);
	strings_fini(&seeing.mounts);
}

/* ---- engines ---- */

/* By lead: the label of the endpoint by which its engine was called before; NULL: it had no name. */
static const char **find_names(const struct exposition_memory *memory, const struct snapshot *snapshot,
	const struct labels *labels, struct strings *still)
{
	const char **names = mem_alloc((snapshot->endpoint_count + 1) * sizeof(*names));

	for (size_t i = 0; i < snapshot->endpoint_count; i++) {
		size_t lead = snapshot->endpoints[i].lead;

		if (!strings_has(&memory->names, labels->endpoints[i]))
			continue;
		strings_add(still, labels->endpoints[i]);
		if (!names[lead] || i == lead)
			names[lead] = labels->endpoints[i];
	}
	return names;
}

static void see_engines(
	struct exposition_memory *memory, const struct snapshot *snapshot, const struct labels *labels)
{
	struct strings still = { 0 };
	const char **names = find_names(memory, snapshot, labels, &still);

	strings_fini(&memory->names);
	memory->names = still;
	strings_forget(&memory->engines);
	for (size_t i = 0; i < snapshot->endpoint_count; i++) {
		size_t lead = snapshot->endpoints[i].lead;

		if (!names[lead]) {
			names[lead] = labels->endpoints[lead];
			strings_add(&memory->names, names[lead]);
		}
		strings_add(&memory->engines, names[lead]);
	}
	free(names);
}

void exposition_memory_see(
	struct exposition_memory *memory, const struct snapshot *snapshot, const struct labels *labels)
{
	see_verdicts(memory, snapshot, labels);
	see_engines(memory, snapshot, labels);
}

const struct had_verdict *exposition_memory_verdicts(const struct exposition_memory *memory, size_t *count)
{
	*count = memory->had.count;
	return memory->had.items;
}

const char *exposition_memory_engine(const struct exposition_memory *memory, size_t endpoint)
{
	return memory->engines.items[endpoint];
}
