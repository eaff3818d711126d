#include "probes/verdicts/fix.h"

#include "probes/base/text.h"
#include "probes/ledger/state.h"
#include "probes/verdicts/by_system.h"
#include "probes/verdicts/fill.h"

#include <string.h>

static const char no_shell[] = "look into its Tailscale app: there is no command line";

/* "on PLACE: REST". Returns REST, or the whole text if it has no place. */
static const char *split_place(const char *text, char *place, size_t size)
{
	size_t length = text_has_prefix(text, "on ") ? strcspn(text, ":") : 0;

	*place = '\0';
	if (!length || length - 3 >= size || !text_has_prefix(text + length, ": "))
		return text;
	text_set(place, size, "%.*s", (int)length - 3, text + 3);
	return text + length + 2;
}

static bool is_machine_of_evidence(const char *place)
{
	return strcmp(place, "%{peer}") == 0 || strcmp(place, "%{host}") == 0;
}

/* %{host} is a name or an address; the machine's name is better. */
static const char *name_of(const char *place, const struct evidence *evidence, const struct finding *finding,
	struct arena *arena)
{
	char name[TEXT_CAP] = "";

	if (!is_machine_of_evidence(place))
		return fill_text(arena, place, evidence, finding);
	fill_peer(evidence, name, sizeof(name));
	return arena_copy(arena, name);
}

static const char *line_of(const struct fix *fix, struct arena *arena)
{
	return arena_printf(arena, "%s%s%s%s%s%s", *fix->run_on ? "on " : "", fix->run_on,
		*fix->run_on ? ": " : "", fix->run, *fix->run && *fix->hint ? "; " : "", fix->hint);
}

/* A sentence, which names the machine itself. */
static struct fix hint_of(const char *place, const char *text, const struct evidence *evidence,
	const struct finding *finding, struct arena *arena)
{
	struct fix fix = { .run = "", .run_on = "" };
	const char *hint = fill_text(arena, text, evidence, finding);

	if (*place && *hint)
		hint = arena_printf(arena, "on %s: %s", name_of(place, evidence, finding, arena), hint);
	fix.hint = fix.line = hint;
	return fix;
}

struct fix fix_of(
	const char *text, const struct evidence *evidence, const struct finding *finding, struct arena *arena)
{
	char place[64], whole[1024], command[600];
	const char *rest = split_place(text, place, sizeof(place));
	bool is_there = is_machine_of_evidence(place), is_here = is_there && by_system_is_here(evidence);
	const struct ledger *ledger = evidence->ledger;
	const struct system *system = is_there ? by_system_of(evidence) : by_system_here(ledger);
	bool is_ours = is_here || !*place;
	struct fix fix = { .run = "", .run_on = "" };

	if (is_here)
		*place = '\0';
	by_system_fill(system, is_ours ? &ledger->machine : NULL, rest, whole, sizeof(whole));
	if (*whole != '`' || !strchr(whole + 1, '`'))
		return hint_of(place, whole, evidence, finding, arena);
	text_set(command, sizeof(command), "%.*s", (int)strcspn(whole + 1, "`"), whole + 1);
	rest = whole + strlen(command) + 2;
	rest += strspn(rest, "; ");
	if (!by_system_has_shell(system))
		return hint_of(place, no_shell, evidence, finding, arena);
	fix.run = fill_command(arena, command, evidence, finding);
	if (!*fix.run)
		return hint_of(place, rest, evidence, finding, arena);
	if (*place)
		fix.run_on = name_of(place, evidence, finding, arena);
	fix.hint = fill_text(arena, rest, evidence, finding);
	fix.line = line_of(&fix, arena);
	return fix;
}
