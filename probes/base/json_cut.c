/* Splits one JSON object as it arrives.
 *
 * A state machine finds where members begin and end, and each value is then parsed on its own. It descends
 * one level into the members listed in groups (the peers of a tailnet are the members of "Peer"), so that
 * in a status the largest tree is that of one peer. Most bytes are inside values; json_skim() scans those
 * in runs. */
#include "probes/base/fault.h"
#include "probes/base/json.h"
#include "probes/base/json_skim.h"
#include "probes/base/mem.h"

#include <stdlib.h>
#include <string.h>

enum state { AT_OPEN, AT_FIRST, AT_MEMBER, IN_KEY, AT_COLON, AT_VALUE, IN_VALUE, AFTER_MEMBER, AT_END };

#define KEY_MAX 256

struct json_cut {
	const char *const *groups;
	json_text_fn *text;
	json_cut_fn *member;
	void *data;
	enum state state;
	bool in_group;
	char group[KEY_MAX], key[KEY_MAX];
	size_t key_length;
	struct bytes value;
	struct json_skim skim; /* in the value */
	bool escaped;          /* in a key */
	size_t offset;
};

struct json_cut *json_cut_new(const char *const *groups, json_text_fn *text, json_cut_fn *member, void *data)
{
	struct json_cut *cut = mem_alloc(sizeof(*cut));

	cut->groups = groups;
	cut->text = text;
	cut->member = member;
	cut->data = data;
	return cut;
}

void json_cut_free(struct json_cut *cut)
{
	if (cut)
		free(cut->value.text);
	free(cut);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static bool is_group(const struct json_cut *cut)
{
	for (const char *const *group = cut->groups; !cut->in_group && *group; group++)
		if (strcmp(*group, cut->key) == 0)
			return true;
	return false;
}

static int refuse(const struct json_cut *cut, struct fault *fault, const char *why)
{
	fault_say(fault, "not JSON at byte %zu: %s", cut->offset, why);
	return -1;
}

static int keep(struct json_cut *cut, const char *bytes, size_t count, struct fault *fault)
{
	if (count > JSON_CUT_MAX - cut->value.length)
		return refuse(cut, fault, "a value over 4 MB");
	bytes_add(&cut->value, bytes, count);
	return 0;
}

static int give(struct json_cut *cut, struct fault *fault)
{
	const char *group = cut->in_group ? cut->group : "";
	size_t length = cut->value.length;

	cut->value.length = 0;
	cut->state = AFTER_MEMBER;
	if (!cut->text || !cut->text(cut->data, group, cut->key, cut->value.text, &length)) {
		struct json *tree = json_parse(cut->value.text, length, fault);

		if (!tree)
			return -1;
		cut->member(cut->data, group, cut->key, tree);
		json_free(tree);
	}
	return 0;
}

/* A comma or a closing brace after a member. */
static int close_member(struct json_cut *cut, char c, struct fault *fault)
{
	if (c == ',')
		cut->state = AT_MEMBER;
	else if (c != '}')
		return refuse(cut, fault, "a member without an end");
	else
		cut->state = cut->in_group ? AFTER_MEMBER : AT_END;
	if (c == '}')
		cut->in_group = false;
	return 0;
}

static int step_key(struct json_cut *cut, char c, struct fault *fault)
{
	if (c == '"' && !cut->escaped) {
		cut->key[cut->key_length] = '\0';
		cut->state = AT_COLON;
		return 0;
	}
	cut->escaped = c == '\\' && !cut->escaped;
	if (cut->key_length + 1 == KEY_MAX)
		return refuse(cut, fault, "a key over 255 bytes");
	cut->key[cut->key_length++] = c;
	return 0;
}

/* The first byte of a value. Descends into a group; any other value is collected and parsed as a whole. */
static int begin_value(struct json_cut *cut, char c, struct fault *fault)
{
	if (c == '{' && is_group(cut)) {
		memcpy(cut->group, cut->key, sizeof(cut->group));
		cut->in_group = true;
		cut->state = AT_FIRST;
		return 0;
	}
	cut->state = IN_VALUE;
	cut->skim = (struct json_skim){ .depth = c == '{' || c == '[', .in_string = c == '"' };
	return keep(cut, &c, 1, fault);
}

static int begin_member(struct json_cut *cut, char c, struct fault *fault)
{
	if (c == '}' && cut->state == AT_FIRST)
		return close_member(cut, c, fault);
	if (c != '"')
		return refuse(cut, fault, "a member without a name");
	cut->key_length = 0;
	cut->escaped = false;
	cut->state = IN_KEY;
	return 0;
}

static int step(struct json_cut *cut, char c, struct fault *fault)
{
	switch (cut->state) {
	case AT_OPEN:
		cut->state = AT_FIRST;
		return c == '{' ? 0 : refuse(cut, fault, "no object");
	case AT_FIRST:
	case AT_MEMBER:
		return begin_member(cut, c, fault);
	case IN_KEY:
		return step_key(cut, c, fault);
	case AT_COLON:
		cut->state = AT_VALUE;
		return c == ':' ? 0 : refuse(cut, fault, "a name without a value");
	case AT_VALUE:
		return begin_value(cut, c, fault);
	case IN_VALUE:
		break;
	case AFTER_MEMBER:
		return close_member(cut, c, fault);
	case AT_END:
		return refuse(cut, fault, "more after the end");
	}
	return -1;
}

/* Consumes one byte, or a run of bytes inside a value. Returns how many; -1 if they are not JSON. */
static long take(struct json_cut *cut, const char *bytes, size_t length, struct fault *fault)
{
	size_t run;

	if (cut->state != IN_VALUE) {
		bool is_skipped = cut->state != IN_KEY && is_space(*bytes);

		return is_skipped || step(cut, *bytes, fault) == 0 ? 1 : -1;
	}
	run = json_skim(&cut->skim, bytes, length);
	if (keep(cut, bytes, run, fault) < 0)
		return -1;
	if (run < length && give(cut, fault) < 0)
		return -1;
	return (long)run;
}

int json_cut_feed(struct json_cut *cut, const char *bytes, size_t length, struct fault *fault)
{
	while (length) {
		long taken = take(cut, bytes, length, fault);

		if (taken < 0)
			return -1;
		bytes += taken;
		length -= (size_t)taken;
		cut->offset += (size_t)taken;
	}
	return 0;
}

int json_cut_end(struct json_cut *cut, struct fault *fault)
{
	return cut->state == AT_END ? 0 : refuse(cut, fault, "it ends in the middle");
}
