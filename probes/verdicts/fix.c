#include "probes/verdicts/fix.h"

#include "probes/base/text.h"
#include "probes/ledger/state.h"
#include "probes/verdicts/fill.h"

#include <string.h>

/* Where the command begins, after its mark; NULL: the text has none. */
static const char *command_in(const char *text, bool *is_there)
{
	const char *at = text;

	*is_there = text_has_prefix(text, "on %{");
	if (*is_there) {
		at = strstr(text, "}: `");
		if (!at || at > strchr(text, ' ') + sizeof("%{peer}"))
			return NULL;
		at += strlen("}: ");
	}
	return *at == '`' && strchr(at + 1, '`') ? at + 1 : NULL;
}

/* The name of the machine on which it is to be typed; "": this one. */
static const char *machine_of(const struct evidence *evidence, struct arena *arena)
{
	char name[TEXT_CAP] = "";

	if (evidence->peer == &evidence->ledger->self || (evidence->endpoint && evidence->endpoint->is_own))
		return "";
	fill_peer(evidence, name, sizeof(name));
	return arena_copy(arena, name);
}

static const char *line_of(const struct fix *fix, struct arena *arena)
{
	return arena_printf(arena, "%s%s%s%s%s%s", *fix->run_on ? "on " : "", fix->run_on,
		*fix->run_on ? ": " : "", fix->run, *fix->run && *fix->hint ? "; " : "", fix->hint);
}

struct fix fix_of(
	const char *text, const struct evidence *evidence, const struct finding *finding, struct arena *arena)
{
	bool is_there;
	const char *command = command_in(text, &is_there);
	struct fix fix = { .run = "", .run_on = "" };
	char run[512];

	if (!command) {
		fix.hint = fix.line = fill_text(arena, text, evidence, finding);
		return fix;
	}
	text_set(run, sizeof(run), "%.*s", (int)strcspn(command, "`"), command);
	text = command + strlen(run) + 1;
	text += strspn(text, "; ");
	fix.run = fill_text(arena, run, evidence, finding);
	fix.hint = fill_text(arena, text, evidence, finding);
	if (is_there)
		fix.run_on = machine_of(evidence, arena);
	fix.line = line_of(&fix, arena);
	return fix;
}
