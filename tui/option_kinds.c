#include "tui/option_kinds.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/model/snapshot.h"
#include "probes/replay_time.h"
#include "tui/config.h"
#include "tui/config_keys.h"
#include "tui/demo.h"
#include "tui/options_check.h"

#include <stdlib.h>
#include <string.h>

int option_take_flag(struct parse *parse, const struct option_row *row, const char *value)
{
	(void)value;
	*(bool *)((char *)parse->options + row->offset) = true;
	return 0;
}

int option_take_text(struct parse *parse, const struct option_row *row, const char *value)
{
	char **text = (char **)((char *)parse->options + row->offset);

	if (!*value) {
		fault_say(&parse->fault, "%s is empty", row->argument);
		return -1;
	}
	free(*text);
	*text = mem_copy(value);
	return 0;
}

static void note_place(struct parse *parse, const struct option_row *row, const char *key)
{
	char place[64];

	snprintf(place, sizeof(place), "--%s", row->name);
	config_note_place(parse->settings, key, place);
}

int option_take_key(struct parse *parse, const struct option_row *row, const char *value)
{
	note_place(parse, row, row->key);
	return config_set(parse->settings, row->key, value ? value : "on", NULL, &parse->fault);
}

int option_take_endpoint(struct parse *parse, const struct option_row *row, const char *value)
{
	(void)row;
	return settings_pin(parse->settings, value, &parse->fault);
}

int option_take_theme(struct parse *parse, const struct option_row *row, const char *value)
{
	parse->options->has_theme = true;
	return option_take_key(parse, row, value);
}

int option_take_key_off(struct parse *parse, const struct option_row *row, const char *value)
{
	(void)value;
	return config_set(parse->settings, row->key, "off", NULL, &parse->fault);
}

static int find_word(const char *const *words, const char *value)
{
	for (int i = 0; words[i]; i++)
		if (!strcmp(words[i], value))
			return i;
	return -1;
}

static int refuse(struct parse *parse, const char *value, const char *expected)
{
	char shown[64];

	fault_say(&parse->fault, "'%s' is %s", config_show(shown, sizeof(shown), value), expected);
	return -1;
}

int option_take_format(struct parse *parse, const struct option_row *row, const char *value)
{
	char expected[OUTPUTS_NAMES_MAX] = "not one of ";
	size_t used = strlen(expected);

	(void)row;
	parse->options->output = outputs_find(value);
	if (parse->options->output)
		return 0;
	outputs_names(expected + used, sizeof(expected) - used, OUTPUT_SNAPSHOT, ", ");
	return refuse(parse, value, expected);
}

/* The classes that --pick may choose from, separated by commas; own is always included. */
int option_take_allow(struct parse *parse, const struct option_row *row, const char *value)
{
	static const enum offer_class classes[] = { CLASS_TAGGED, CLASS_FOREIGN, CLASS_GATEWAY };
	const char *at = value;

	(void)row;
	parse->options->has_allow = true;
	while (true) {
		size_t length = strcspn(at, ","), i = 0;

		while (i < ARRAY_LEN(classes) &&
			(strlen(offer_class_name(classes[i])) != length ||
				strncmp(offer_class_name(classes[i]), at, length) != 0))
			i++;
		if (i == ARRAY_LEN(classes))
			return refuse(parse, value, "not a list of tagged, foreign, gateway");
		parse->settings->allowed_classes |= 1u << classes[i];
		if (!at[length])
			return 0;
		at += length + 1;
	}
}

int option_take_count(struct parse *parse, const struct option_row *row, const char *value)
{
	int64_t count = text_number(value, CANARY_COUNT_MAX);

	(void)row;
	if (count < 1)
		return refuse(parse, value, "not a number from 1 to 20");
	parse->options->count = (int)count;
	return 0;
}

int option_take_mouse(struct parse *parse, const struct option_row *row, const char *value)
{
	static const char *const words[] = {
		[MOUSE_AUTO] = "auto", [MOUSE_ON] = "on", [MOUSE_OFF] = "off", NULL
	};
	int word = find_word(words, value);

	(void)row;
	if (word < 0)
		return refuse(parse, value, "not one of on, off, auto");
	parse->options->mouse = (enum mouse)word;
	return 0;
}

int option_take_setting(struct parse *parse, const struct option_row *row, const char *value)
{
	char **text = (char **)((char *)parse->settings + row->offset);

	if (!*value)
		return refuse(parse, value, "no name");
	note_place(parse, row, row->name);
	free(*text);
	*text = mem_copy(value);
	return 0;
}

int option_take_demo(struct parse *parse, const struct option_row *row, const char *value)
{
	char path[1024];

	(void)value;
	return option_take_setting(parse, row, demo_path(path, sizeof(path)));
}

int option_take_time(struct parse *parse, const struct option_row *row, const char *value)
{
	if (!replay_time_is_valid(value))
		return refuse(parse, value, "no time like 14:05, 2026-11-23 14:05 or 2026-11-23T14:05:00Z");
	return option_take_setting(parse, row, value);
}

/* clang-format off */
