/* The state of the user interface: which view, row, order and filter.
 *
 * It owns nothing of a snapshot and keeps no pointers into one: the selection is a row id. Key functions
 * return bits that say what to do, and the loop does it. While ui_is_paused(), the loop keeps passing the
 * same snapshot. */
#ifndef TSLLM_UI_UI_H
#define TSLLM_UI_UI_H

#include "probes/base/strings.h"
#include "probes/base/when.h"
#include "tui/term/canvas.h"
#include "tui/term/keys.h"

#include "probes/model/snapshot.h"

enum {
	UI_REDRAW = 1,
	UI_QUIT = 2,
	UI_PROBE_NOW = 4,
	UI_NEXT_THEME = 8,
	UI_COPY = 16,    /* ui_copied_text() to the clipboard */
	UI_CLEAR = 32,   /* the terminal may not show what was sent: redraw everything */
	UI_SPAN = 64,    /* sparklines show ui_span_ms() now */
	UI_LEAVE = 128,  /* with UI_QUIT: the last screen stays on the terminal */
	UI_PING = 256,   /* ui_pinged() */
	UI_SHELL = 512,  /* ui_shell_host() */
	UI_STEER = 1024, /* ui_steer() */
	UI_LOG = 2048,   /* ui_logged() */
	UI_CANARY = 4096, /* ui_canary_plan(): the user has agreed to it */
	UI_STOP_CANARY = 8192
};

struct canary_plan;
struct ui;
struct history;
struct log_text;

struct ui *ui_new(void);
/* Shows these columns of the view at that index, in this order. Names are checked before. */
void ui_choose_columns(struct ui *ui, size_t view, const struct strings *names);
void ui_free(struct ui *ui);
unsigned ui_key(struct ui *ui, const struct snapshot *snapshot, int key);
void ui_draw(struct ui *ui, const struct snapshot *snapshot, struct canvas *canvas);
/* What plots show; without it there are none. It must outlive the ui. */
void ui_set_history(struct ui *ui, const struct history *history);
int64_t ui_span_ms(const struct ui *ui);
/* The id of the row that was selected last; "": none. */
const char *ui_looked_at(const struct ui *ui);
bool ui_is_paused(const struct ui *ui);
const char *ui_copied_text(const struct ui *ui);
enum steer ui_steer(const struct ui *ui); /* how to move in the replay */
/* The id of the peer that UI_PING is about. */
const char *ui_pinged(const struct ui *ui);
/* Where UI_SHELL leads: a name or an address that is no option, and whether by Tailscale SSH. */
const char *ui_shell_host(const struct ui *ui, bool *by_tailscale);
/* The id of the row whose server's log is wanted, while its page is open; "": none is. */
const char *ui_logged(const struct ui *ui);
/* What that page shows, until it is closed. It must stay there until the next call. NULL: nothing yet. */
void ui_show_log(struct ui *ui, const struct log_text *log);
/* Tells what came of a ping; call it with each new snapshot. */
void ui_see_pings(struct ui *ui, const struct snapshot *snapshot);
const struct canary_plan *ui_canary_plan(const struct ui *ui);
/* Tells how a canary ended; call it with each new snapshot. */
void ui_see_canary(struct ui *ui, const struct snapshot *snapshot);
/* Shown instead of the key bar until the next key, for about five seconds: a theme's name, a fault. */
void ui_say(struct ui *ui, const char *text);
/* A line above the rows, for so many milliseconds, or until the user dismisses it (0). */
void ui_notice(struct ui *ui, const char *text, int64_t lasts_ms);
/* Ends what was said long enough; call it with each frame. Returns true if something is still to end. */
bool ui_expire(struct ui *ui, struct when now);

#endif
