#include "probes/recording/segment_head.h"

#include "probes/base/fault.h"
#include "probes/base/json.h"
#include "probes/base/json_out.h"
#include "probes/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LIST_MOST 1000
#define MS_MOST 1e13

static void write_list(struct json_out *out, const char *key, const struct strings *list)
{
	json_out_begin(out, key, '[');
	for (size_t i = 0; i < list->count; i++)
		json_out_string(out, NULL, list->items[i]);
	json_out_end(out, ']');
}

void segment_head_write(const struct segment_head *head, struct bytes *text)
{
	struct json_out out = { 0 };
	char *line = NULL;
	size_t length = 0;

	out.file = open_memstream(&line, &length);
	if (!out.file)
		mem_die();
	json_out_begin(&out, NULL, '{');
	json_out_exact(&out, "tsllm_recording", head->schema);
	json_out_string(&out, "program", "tsllm-top " TSLLM_VERSION);
	json_out_exact(&out, "run", (double)head->run);
	json_out_string(&out, "boot", head->boot);
	json_out_exact(&out, "mono", (double)head->begun.mono_ms);
	json_out_exact(&out, "wall", (double)head->begun.wall_ms);
	json_out_exact(&out, "period_ms", (double)head->period_ms);
	json_out_exact(&out, "poll_ms", (double)head->poll_ms);
	json_out_bool(&out, "is_passive", head->is_passive);
	json_out_exact(&out, "allowed_classes", head->allowed_classes);
	write_list(&out, "ignore", &head->ignore);
	write_list(&out, "pins", &head->pins);
	json_out_end(&out, '}');
	fclose(out.file);
	bytes_add(text, line, length);
	bytes_add(text, "\n", 1);
	free(line);
}

static void read_list(struct strings *list, const struct json *array)
{
	char clean[2 * TEXT_CAP];

	for (const struct json *item = json_first(array); item && list->count < LIST_MOST; item = json_next(item))
		strings_add(list, text_clean(clean, sizeof(clean), json_string(item), strlen(json_string(item))));
}

static int64_t ms_of(const struct json *tree, const char *key, double least, double most, int64_t usual)
{
	double number = json_number(tree, key);

	return number >= least && number <= most ? (int64_t)number : usual;
}

int segment_head_read(struct segment_head *head, const char *line, size_t length)
{
	struct fault fault;
	struct json *tree = json_parse(line, length, &fault);
	const char *boot = json_text(tree, "boot");
	double schema = json_number(tree, "tsllm_recording");

	*head = (struct segment_head){ 0 };
	if (schema >= 1 && schema < 1e6)
		head->schema = (int)schema;
	if (head->schema && head->schema <= SEGMENT_SCHEMA) {
		head->run = ms_of(tree, "run", 0, MS_MOST, 0);
		text_clean(head->boot, sizeof(head->boot), boot, strlen(boot));
		head->begun.mono_ms = ms_of(tree, "mono", 0, MS_MOST, 0);
		head->begun.wall_ms = ms_of(tree, "wall", 0, MS_MOST, 0);
		head->period_ms = ms_of(tree, "period_ms", 100, 1e7, 2000);
		head->poll_ms = ms_of(tree, "poll_ms", 100, 1e8, 10000);
		head->is_passive = json_true(tree, "is_passive");
		head->allowed_classes = (unsigned)ms_of(tree, "allowed_classes", 0, 255, 0);
		read_list(&head->ignore, json_member(tree, "ignore"));
		read_list(&head->pins, json_member(tree, "pins"));
	}
	json_free(tree);
	return head->schema ? 0 : -1;
}

static void copy_list(struct strings *to, const struct strings *from)
{
	*to = (struct strings){ 0 };
	for (size_t i = 0; i < from->count; i++)
		strings_add(to, from->items[i]);
}

void segment_head_copy(struct segment_head *to, const struct segment_head *from)
{
	*to = *from;
	copy_list(&to->ignore, &from->ignore);
	copy_list(&to->pins, &from->pins);
}

void segment_head_fini(struct segment_head *head)
{
	strings_fini(&head->ignore);
	strings_fini(&head->pins);
}
