/* Help: the keys, the signs, and how to filter.
 *
 * A table of lines that fit into 80 columns, and a sentence for each state; nothing depends on the
 * snapshot. */
#include "probes/base/mem.h"
#include "tui/term/glyphs.h"
#include "tui/views/values.h"
#include "tui/views/views.h"

#include <string.h>

static const struct {
	const char *keys, *what; /* keys "": a heading, or a blank line if both are empty */
} lines[] = {
	{ "", "MOVE" },
	{ "Up Down  j k", "one row; the selection stays on it when the order changes" },
	{ "PgUp PgDn", "one page; also Ctrl-U and Ctrl-D" },
	{ "g G  Home End", "first and last row" },
	{ "Tab  1 to 7", "the next view, or this one" },
	{ "Enter", "all about the selected row" },
	{ "Space  t", "open or close what is folded under the row; under all rows" },
	{ "", "in a page, Space is the next part of it" },
	{ "Esc", "closes what is open; then clears the filter" },
	{ "", "" },
	{ "", "LOOK" },
	{ "/", "search: the next row that has the text; n and N repeat" },
	{ "\\  F4", "filter: words that must all be there; !word must not" },
	{ "", "in one column: path:derp health:down model:qwen toks:41" },
	{ "< >", "sort by the next column to the left or right; I: other way" },
	{ "F6", "list of columns: Enter sorts by one, Space shows or hides it" },
	{ "[ ]  F7 F8", "the span of plots and sparklines: 2 and 10 min, 1, 6 and 24 h" },
	{ "← →", "in History: read the values of a moment; Esc leaves" },
	{ "p  Z", "pause: the picture stands still, the watching goes on" },
	{ "T", "next theme; kept, as are order, columns, panels and span" },
	{ ", .  { }  E e", "in a replay: a period, a minute, an event back, or on" },
	{ "-  +", "in a replay: slower, faster" },
	{ "", "" },
	{ "", "DO" },
	{ "r", "ask all servers now" },
	{ "P", "ping the row's machine, as --doctor does" },
	{ "c", "canary: one tiny completion, timed; it asks you first" },
	{ "S", "ssh to the row's machine; this screen comes back after it" },
	{ "l", "log of the row's server, followed as it grows; G: its end" },
	{ "y", "copy the URL (OSC 52); in Models the base URL for a client" },
	{ "Y", "copy the command that fixes it" },
	{ "v", "hide or show the panels" },
	{ "Ctrl-L", "draw everything again" },
	{ "?  h  F1", "this page" },
	{ "q", "closes what is open, then quits; F10 and Ctrl-C quit" },
	{ "Q", "quit, and leave the last picture on the terminal" },
	{ "", "" },
};

/* The states in words. */
static const char *const meanings[STATE_COUNT] = {
	[STATE_UNKNOWN] = "not asked yet, or cannot be asked",
	[STATE_OK] = "answers as it should",
	[STATE_BUSY] = "works; others may wait",
	[STATE_WEB] = "a front end, not an engine",
	[STATE_SLEEPING] = "the next request waits for the load",
	[STATE_LOADING] = "loads a model",
	[STATE_AUTH] = "up, wants a key",
	[STATE_WARN] = "works, and something needs you",
	[STATE_OFFLINE] = "its machine is off or away",
	[STATE_SLOW] = "answers, slower than it could",
	[STATE_FAULT] = "answers, but wrongly",
	[STATE_STALLED] = "accepts connections, makes no progress",
	[STATE_FILTERED] = "an ACL or a firewall is in the way",
	[STATE_DOWN] = "does not answer",
};

static void write_help(const struct snapshot *snapshot, const char *target, struct page *page)
{
	(void)snapshot, (void)target;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		bool is_heading = !*lines[i].keys && lines[i].what[0] >= 'A' && lines[i].what[0] <= 'Z';

		if (is_heading || !*lines[i].what) {
			page_line(page, ROLE_HEAD_SORTED, "%s", lines[i].what);
			continue;
		}
		page_line(page, ROLE_KEY, "  ");
		page_cell(page, ROLE_KEY, 14, lines[i].keys);
		page_add(page, ROLE_TEXT, "%s", lines[i].what);
	}
	page_line(page, ROLE_HEAD_SORTED, "STATES");
	for (int state = STATE_COUNT - 1; state >= 0; state--) {
		struct value value;

		value_state(&value, (enum state)state);
		page_line(page, value.role, "  ");
		page_cell(page, value.role, 14, value.text);
		page_add(page, ROLE_TEXT, "%s", meanings[state]);
	}
	page_line(page, ROLE_TEXT, " ");
	page_line(page, ROLE_HEAD_SORTED, "FIGURES");
	page_wrap(page, ROLE_TEXT, "", 2,
		"– is unknown, 0 is zero. LOADED: loaded / all models. TTFB: from the request to the "
		"first byte of the answer to a harmless question; TTFT: to the first token, 12–19 is "
		"between the two. ~ is likely, or estimated. # numbers the servers of a model in the order of "
		"--pick. → us: that peer uses this machine, ← us: "
		"this machine uses it.");
	page_wrap(page, ROLE_SPARK, "", 2,
		"▁▂▃█ 50 ms: the values over the span in the head, from 0 to that number. In plots the dots above "
		"the filled part are the highest values, ▼ is a change of state.");
}

const struct view view_help = { .title = "Help", .write = write_help };
