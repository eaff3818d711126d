/* A command as a value: words without a shell. Blanks separate them; a word with blanks is in single quotes, in
 * which everything is itself, or in double quotes, in which a backslash keeps the next character. */
#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/strings.h"
#include "probes/base/text.h"
#include "tui/config_keys.h"
#include "tui/config_kinds.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Takes the next word into word, which has room for all of *at. 1: a word, 0: there is none, -1: a quote is not
 * closed. */
static int next_word(const char **at, char *word)
{
	char quote = '\0';

	*at += strspn(*at, " \t");
	if (!**at)
		return 0;
	for (; **at && (quote || !strchr(" \t", **at)); ++*at) {
		if (!quote && strchr("'\"", **at))
			quote = **at;
		else if (quote && **at == quote)
			quote = '\0';
		else if (quote == '"' && **at == '\\' && (*at)[1])
			*word++ = *++*at;
		else
			*word++ = **at;
	}
	*word = '\0';
	return quote ? -1 : 1;
}

/* The first word is a path if it has a slash, else a name to look up in PATH. */
static void add_word(struct strings *words, const char *word, const char *directory)
{
	char *path;

	if (words->count) {
		strings_add(words, word);
		return;
	}
	path = config_path(word, strchr(word, '/') ? directory : NULL);
	strings_add(words, path);
	free(path);
}

static int take_command(const struct target *target, const char *value)
{
	struct strings *words = target->member;
	char *word = mem_alloc(strlen(value) + 1);
	int kind;

	strings_forget(words);
	while ((kind = next_word(&value, word)) > 0)
		add_word(words, word, target->directory);
	free(word);
	if (kind == 0 && (!words->count || *words->items[0]))
		return 0;
	strings_forget(words);
	fault_say(target->fault, kind < 0 ? "a quote is not closed" : "the command is an empty word");
	return -1;
}

static void print_word(FILE *file, const char *word)
{
	if (*word && !strpbrk(word, " \t'\"")) {
		fputs(word, file);
	} else if (!strchr(word, '\'')) {
		fprintf(file, "'%s'", word);
	} else {
		putc('"', file);
		for (; *word; word++)
			fprintf(file, strchr("\"\\", *word) ? "\\%c" : "%c", *word);
		putc('"', file);
	}
}

/* A relative path is made absolute, because those in a configuration start at its directory. */
static void print_command(FILE *file, const void *member)
{
	const struct strings *words = member;

	for (size_t i = 0; i < words->count; i++) {
		const char *word = words->items[i];
		char folder[4096], path[8192];

		if (!i && strchr(word, '/') && *word != '/' && getcwd(folder, sizeof(folder))) {
			text_set(path, sizeof(path), "%s/%s", folder, word);
			word = path;
		}
		fputs(i ? " " : "", file);
		print_word(file, word);
	}
}

const struct kind kind_command = { take_command, print_command };
