#include "probes/servers/gpu_exporter.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/prometheus_line.h"

#include <math.h>
#include <string.h>

#define MIB (1024.0 * 1024.0)
#define MEMORY_MOST (4 * MIB * MIB) /* of one GPU, bytes */
#define ID_MAX 16

/* ---- the exporters ---- */

/* Names of labels; NULL: it has none of the kind. */
struct exporter {
	const char *title;
	const char *uuid, *index, *name, *instance;
};

static const struct exporter dcgm = { "DCGM exporter", "UUID", "gpu", "modelName", "GPU_I_ID" };
static const struct exporter nvidia = { "nvidia_gpu_exporter", "uuid", "index", "name", NULL };
static const struct exporter all_smi = { "all-smi", "gpu_uuid", "gpu_index", "gpu", NULL };
static const struct exporter old_all_smi = { "all-smi", "uuid", "index", "gpu", NULL };
static const struct exporter amd = { "AMD device metrics exporter", NULL, "gpu_id", "card_series", NULL };
static const struct exporter xpu = { "Intel XPU Manager", "uuid", NULL, "dev_name", "sub_dev" };
static const struct exporter xpu_2 = { "Intel XPU Manager", "pci_bdf", NULL, NULL, "com_intel_subdevice_id" };
static const struct exporter llama_swap = { "llama-swap", "uuid", "id", "name", NULL };

enum figure { USED, FREE, RESERVED, TOTAL, BUSY, FIGURES, NAMES };

/* Of two rows with one figure, the line that comes first in the answer counts. */
static const struct row {
	const char *metric;
	enum figure figure;
	double scale; /* to bytes, or to a share */
	const struct exporter *exporter;
	const char *label; /* as in struct metric */
} rows[] = {
	{ "DCGM_FI_DEV_FB_USED", USED, MIB, &dcgm, NULL },
	{ "DCGM_FI_DEV_FB_FREE", FREE, MIB, &dcgm, NULL },
	{ "DCGM_FI_DEV_FB_RESERVED", RESERVED, MIB, &dcgm, NULL },
	{ "DCGM_FI_DEV_FB_TOTAL", TOTAL, MIB, &dcgm, NULL },
	{ "DCGM_FI_DEV_GPU_UTIL", BUSY, 0.01, &dcgm, NULL },
	{ "DCGM_FI_PROF_GR_ENGINE_ACTIVE", BUSY, 1, &dcgm, NULL }, /* MIG instances have only this */
	{ "nvidia_smi_memory_used_bytes", USED, 1, &nvidia, NULL },
	{ "nvidia_smi_memory_free_bytes", FREE, 1, &nvidia, NULL },
	{ "nvidia_smi_memory_total_bytes", TOTAL, 1, &nvidia, NULL },
	{ "nvidia_smi_utilization_gpu_ratio", BUSY, 1, &nvidia, NULL },
	{ "nvidia_smi_gpu_info", NAMES, 0, &nvidia, NULL },
	{ "all_smi_gpu_memory_used_bytes", USED, 1, &all_smi, NULL },
	{ "all_smi_gpu_memory_total_bytes", TOTAL, 1, &all_smi, NULL },
	{ "all_smi_gpu_utilization", BUSY, 0.01, &all_smi, NULL },
	{ "gpu_used_vram", USED, MIB, &amd, NULL },
	{ "gpu_free_vram", FREE, MIB, &amd, NULL },
	{ "gpu_total_vram", TOTAL, MIB, &amd, NULL },
	{ "gpu_gfx_activity", BUSY, 0.01, &amd, NULL },
	{ "amd_gpu_used_vram", USED, MIB, &amd, NULL },
	{ "amd_gpu_free_vram", FREE, MIB, &amd, NULL },
	{ "amd_gpu_total_vram", TOTAL, MIB, &amd, NULL },
	{ "amd_gpu_gfx_activity", BUSY, 0.01, &amd, NULL },
	{ "xpum_memory_used_bytes", USED, 1, &xpu, NULL },
	{ "hw_memory_usage_bytes", USED, 1, &xpu_2, "hw_memory_location=\"device\"" },
	{ "hw_memory_size_bytes", TOTAL, 1, &xpu_2, "hw_memory_location=\"device\"" },
	{ "hw_gpu_utilization_ratio", BUSY, 1, &xpu_2, "hw_gpu_task=\"compute-all\"" },
	{ "llamaswap_gpu_memory_used_bytes", USED, 1, &llama_swap, NULL },
	{ "llamaswap_gpu_memory_total_bytes", TOTAL, 1, &llama_swap, NULL },
	{ "llamaswap_gpu_util_percent", BUSY, 0.01, &llama_swap, NULL },
};

/* ---- lines ---- */

/* The value of a label, in the answer; length 0: none. */
struct word {
	const char *at;
	size_t length;
};

/* A GPU while it is read. */
struct seen {
	struct word uuid, index, name, instance;
	double figures[FIGURES];
};

struct reader {
	const struct exporter *exporter; /* of the first known metric: others are not mixed with it */
	struct seen items[GPUS_MAX];
	size_t count;
	bool has_more;
};

static const struct row *row_of(const struct prometheus_line *line)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (line->name_length == strlen(rows[i].metric) &&
			memcmp(line->name, rows[i].metric, line->name_length) == 0)
			return &rows[i];
	return NULL;
}

static struct word word_of(const struct prometheus_line *line, const char *name)
{
	struct prometheus_label label = { 0 };

	while (name && prometheus_line_label(line, &label))
		if (label.name_length == strlen(name) && memcmp(label.name, name, label.name_length) == 0)
			return (struct word){ label.value, label.value_length };
	return (struct word){ "", 0 };
}

static bool is_same(struct word one, struct word other)
{
	return one.length == other.length && memcmp(one.at, other.at, one.length) == 0;
}

/* By its number only where there is no UUID: nvidia_gpu_exporter gives the number in one of its lines alone. */
static bool is_same_gpu(const struct seen *one, const struct seen *other)
{
	return is_same(one->uuid, other->uuid) && (one->uuid.length || is_same(one->index, other->index));
}

static struct seen *gpu_of(struct reader *reader, const struct seen *found)
{
	struct seen *gpu;

	for (size_t i = 0; i < reader->count; i++)
		if (is_same_gpu(&reader->items[i], found) &&
			is_same(reader->items[i].instance, found->instance))
			return &reader->items[i];
	if (reader->count == GPUS_MAX)
		return NULL;
	gpu = &reader->items[reader->count++];
	*gpu = *found;
	for (int i = 0; i < FIGURES; i++)
		gpu->figures[i] = NAN;
	return gpu;
}

static bool can_be(enum figure figure, double value)
{
	if (figure == BUSY)
		return value <= 1;
	return value <= MEMORY_MOST && (figure != TOTAL || value > 0); /* 0: it shares the machine's */
}

/* all-smi renamed its labels. */
static const struct exporter *exporter_of(const struct row *row, const struct prometheus_line *line)
{
	return row->exporter == &all_smi && !word_of(line, all_smi.index).length ? &old_all_smi
										 : row->exporter;
}

static void take_line(struct reader *reader, struct prometheus_line *line)
{
	const struct row *row;
	const struct exporter *exporter;
	struct seen found, *gpu;
	bool is_number;

	prometheus_line_name(line);
	row = row_of(line);
	if (!row)
		return;
	is_number = prometheus_line_rest(line);
	exporter = exporter_of(row, line);
	reader->exporter = reader->exporter ? reader->exporter : exporter;
	if (reader->exporter != exporter || (row->label && !prometheus_line_has(line, row->label)))
		return;
	found = (struct seen){ .uuid = word_of(line, exporter->uuid),
		.index = word_of(line, exporter->index),
		.name = word_of(line, exporter->name),
		.instance = word_of(line, exporter->instance) };
	gpu = gpu_of(reader, &found);
	if (!gpu) {
		reader->has_more = true;
		return;
	}
	gpu->index = gpu->index.length ? gpu->index : found.index;
	gpu->name = gpu->name.length ? gpu->name : found.name;
	if (is_number && row->figure < FIGURES && isnan(gpu->figures[row->figure]) &&
		can_be(row->figure, line->value * row->scale))
		gpu->figures[row->figure] = line->value * row->scale;
}

/* ---- GPUs ---- */

static bool is_known(const struct seen *gpu)
{
	return !isnan(gpu->figures[USED]) || !isnan(gpu->figures[FREE]) || !isnan(gpu->figures[TOTAL]) ||
	       !isnan(gpu->figures[BUSY]);
}

/* Instances of a GPU that tells its memory as a whole are in it already. */
static bool is_part(const struct reader *reader, const struct seen *gpu)
{
	for (size_t i = 0; gpu->instance.length && i < reader->count; i++)
		if (!reader->items[i].instance.length && !isnan(reader->items[i].figures[USED]) &&
			is_same_gpu(&reader->items[i], gpu))
			return true;
	return false;
}

/* Two of used, free and total tell the third. */
static void take_memory(const double figures[FIGURES], struct gpu_figures *to)
{
	double reserved = isnan(figures[RESERVED]) ? 0 : figures[RESERVED];

	to->memory_used = figures[USED];
	to->memory_free = figures[FREE];
	to->memory_total = figures[TOTAL];
	if (isnan(to->memory_total))
		to->memory_total = to->memory_used + to->memory_free + reserved;
	if (isnan(to->memory_free))
		to->memory_free = to->memory_total - to->memory_used;
	if (isnan(to->memory_used))
		to->memory_used = to->memory_total - to->memory_free;
	if (to->memory_used > to->memory_total || to->memory_free > to->memory_total)
		to->memory_used = to->memory_free = to->memory_total = NAN;
}

static bool is_plain(struct word word)
{
	for (size_t i = 0; i < word.length; i++)
		if (word.at[i] < '0' || word.at[i] > '9')
			return false;
	return word.length && word.length < ID_MAX;
}

static const char *id_of(const struct seen *gpu, size_t place, struct arena *arena)
{
	const char *between = gpu->instance.length ? ":" : "";

	if (!is_plain(gpu->index) || (gpu->instance.length && !is_plain(gpu->instance)))
		return arena_printf(arena, "%zu", place);
	return arena_printf(arena, "%.*s%s%.*s", (int)gpu->index.length, gpu->index.at, between,
		(int)gpu->instance.length, gpu->instance.at);
}

/* An exporter may report several machines, whose GPUs have the same numbers. */
static void tell_apart(struct obs_gpu *items, size_t count, struct arena *arena)
{
	bool has_twins = false;

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i; k++)
			has_twins = has_twins || strcmp(items[i].id, items[k].id) == 0;
	for (size_t i = 0; i < count && has_twins; i++)
		items[i].id = arena_printf(arena, "%zu", i);
}

static void take_gpus(const struct reader *reader, struct arena *arena, struct obs_gpus *gpus)
{
	struct obs_gpu *items = arena_alloc(arena, (reader->count + 1) * sizeof(*items));

	for (size_t i = 0; i < reader->count; i++) {
		const struct seen *seen = &reader->items[i];
		struct obs_gpu *gpu = &items[gpus->count];

		if (!is_known(seen) || is_part(reader, seen))
			continue;
		gpu->id = id_of(seen, gpus->count, arena);
		gpu->name = text_keep_n(arena, seen->name.at, seen->name.length);
		gpu->figures.busy = seen->figures[BUSY];
		take_memory(seen->figures, &gpu->figures);
		gpus->count++;
	}
	tell_apart(items, gpus->count, arena);
	gpus->items = items;
	gpus->has_more = reader->has_more;
}

static enum gpu_trouble trouble_of(const struct answer *answer)
{
	if (answer->outcome == OUTCOME_TOO_BIG)
		return GPU_TOO_LARGE;
	if (answer->outcome != OUTCOME_ANSWERED)
		return GPU_NO_ANSWER;
	if (answer->status >= 300 && answer->status < 400)
		return GPU_REDIRECT;
	if (answer->status != 200)
		return GPU_HTTP_ERROR;
	return answer->shape == BODY_HTML ? GPU_WEB_PAGE : GPU_FINE;
}

void gpu_exporter_read(const struct answer *answer, struct arena *arena, struct obs_gpus *gpus)
{
	const char *at = answer->body, *stop = at + answer->body_length, *end;
	struct reader reader = { .exporter = NULL };

	*gpus = (struct obs_gpus){
		.peer_id = "", .exporter = "", .trouble = trouble_of(answer), .status = answer->status
	};
	if (gpus->trouble != GPU_FINE)
		return;
	for (; at < stop; at = end + 1) {
		end = memchr(at, '\n', (size_t)(stop - at));
		end = end ? end : stop;
		take_line(&reader, &(struct prometheus_line){ .name = at, .end = end });
	}
	if (reader.exporter)
		gpus->exporter = reader.exporter->title;
	take_gpus(&reader, arena, gpus);
	if (!gpus->count)
		gpus->trouble = reader.exporter ? GPU_NO_FIGURES : GPU_NO_METRICS;
}
