/* Prints the table of options, for what is generated from it: a line each, with tabs between its name, its
 * argument, the words that this may be, and its help. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/model/states.h"
#include "probes/report/connect.h"
#include "tui/options.h"
#include "tui/term/theme.h"
#include "tui/views/views.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define WORDS_MAX 1024

static void say_views(char *words, size_t size)
{
	for (size_t i = 0; views[i]; i++)
		text_add(words, size, " %c%s", tolower((unsigned char)views[i]->title[0]),
			views[i]->title + 1);
}

static void say_clients(char *words, size_t size)
{
	connect_client_names(words, size);
	for (char *at = words; (at = strchr(at, ',')); at++)
		*at = ' ';
}

static void say_classes(char *words, size_t size)
{
	for (int one = CLASS_OWN + 1; one < CLASS_COUNT; one++)
		text_add(words, size, " %s", offer_class_name((enum offer_class)one));
}

/* What an argument may be that is not one of a few words in --help, by its name there. */
static const struct {
	const char *argument;
	void (*say)(char *words, size_t size);
} arguments[] = {
	{ "VIEW", say_views },
	{ "CLIENT", say_clients },
	{ "CLASSES", say_classes },
};

int main(void)
{
	struct option_description option;

	for (size_t i = 0; options_describe(i, &option); i++) {
		char words[WORDS_MAX] = "";

		for (size_t at = 0; at < ARRAY_LEN(arguments); at++)
			if (strcmp(option.argument, arguments[at].argument) == 0)
				arguments[at].say(words, sizeof(words));
		printf("%s\t%s\t%s\t%s\n", option.name, option.argument, words, option.help);
	}
	return 0;
}
