/* Repeats as little as possible of what was typed: it may hold a key or a password in the wrong place. */
#include "tui/complain.h"

#include "probes/base/text.h"
#include "probes/report/redact.h"
#include "tui/config_keys.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define COMPLAINT_MAX 512

void complain_text(FILE *errors, bool is_redacted, const char *text)
{
	char shown[COMPLAINT_MAX], hidden[COMPLAINT_MAX];

	text_clean(shown, sizeof(shown), text, strlen(text));
	if (is_redacted)
		redact_complaint(getenv("HOME"), shown, hidden, sizeof(hidden));
	fprintf(errors, "tsllm-top: %s\n", is_redacted ? hidden : shown);
}

void complain_file(FILE *errors, bool is_redacted, const char *path, const char *text)
{
	char whole[COMPLAINT_MAX];
	bool is_typed = is_redacted && *path && text_has_prefix(text, path);

	snprintf(whole, sizeof(whole), "%s%s", is_typed ? "the configuration" : "",
		is_typed ? text + strlen(path) : text);
	complain_text(errors, is_redacted, whole);
}

int complain_about(FILE *errors, const char *what, const char *why)
{
	char shown[TEXT_CAP];

	fprintf(errors, "tsllm-top: %s: %s\n", config_show(shown, sizeof(shown), what), why);
	return EX_USAGE;
}

int complain_option(FILE *errors, int letter, const char *word, const char *why)
{
	char name[TEXT_CAP];

	if (letter)
		snprintf(name, sizeof(name), "-%c", letter);
	else
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
	return complain_about(errors, name, why);
}
