/* The screen covers what was printed before, so complaints are shown on it once more. */
#include "tui/open_ui.h"

#include "probes/base/mem.h"
#include "probes/ledger/ledger.h"
#include "probes/model/snapshot.h"
#include "probes/take/take.h"
#include "probes/verdicts/judge.h"
#include "tui/ui/ui.h"
#include "tui/views/views.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kept *open_kept(const struct settings *settings, struct fault *fault)
{
	const char *slash = strrchr(settings->state_file, '/');
	char path[1024] = "";

	if (slash)
		snprintf(path, sizeof(path), "%.*s/screen", (int)(slash - settings->state_file),
			settings->state_file);
	return kept_new(path, fault);
}

static void choose_columns(struct ui *ui, const struct settings *settings)
{
	const struct {
		const struct view *view;
		const struct strings *names;
	} chosen[] = {
		{ &view_fleet, &settings->columns_fleet },
		{ &view_paths, &settings->columns_paths },
		{ &view_models, &settings->columns_models },
		{ &view_serve, &settings->columns_serve },
		{ &view_clients, &settings->columns_clients },
		{ &view_events, &settings->columns_events },
	};

	for (size_t at = 0; views[at]; at++)
		for (size_t i = 0; i < ARRAY_LEN(chosen); i++)
			if (views[at] == chosen[i].view)
				ui_choose_columns(ui, at, chosen[i].names);
}

struct ui *open_ui(const struct options *options, const struct settings *settings, const struct kept *kept,
	const char *kept_fault)
{
	struct ui *ui = ui_new();

	choose_columns(ui, settings);
	ui_take_kept(ui, kept);
	for (size_t i = 0; i < options->complaints->count; i++)
		ui_notice(ui, options->complaints->items[i], 0);
	if (*kept_fault)
		ui_notice(ui, kept_fault, 0);
	return ui;
}

struct snapshot *open_snapshot(const struct settings *settings)
{
	const struct ledger_terms terms = { .period_ms = (int64_t)(settings->period_s * 1000) };
	struct ledger *ledger = ledger_new(&terms);
	struct when now = when_now();
	struct snapshot *snapshot;

	judge(ledger, now);
	snapshot = take_snapshot(ledger, now);
	ledger_free(ledger);
	return snapshot;
}

bool open_mouse(const struct options *options)
{
	bool is_remote = getenv("SSH_CONNECTION") || getenv("SSH_TTY") || getenv("SSH_CLIENT");

	return options->mouse == MOUSE_ON || (options->mouse == MOUSE_AUTO && !is_remote);
}
