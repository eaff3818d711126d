/* The state of the user interface: which view, which row, which order, what was typed.
 *
 * It owns nothing of a snapshot and keeps no pointer into one: selection hangs on row ids. Keys are answered
 * with bits that say what should happen, and the loop makes it happen. While ui_is_paused() the loop goes on
 * giving the snapshot that it gave last. */
#ifndef TSLLM_UI_UI_H
#define TSLLM_UI_UI_H

#include "tui/term/canvas.h"
#include "tui/term/keys.h"

enum {
	UI_REDRAW = 1,
	UI_QUIT = 2,
	UI_PROBE_NOW = 4,
	UI_NEXT_THEME = 8,
	UI_COPY = 16, /* ui_copied_text() to the clipboard */
	UI_CLEAR = 32 /* what the terminal shows is not what was sent: draw all of it again */
};

struct ui;

struct ui *ui_new(void);
void ui_free(struct ui *ui);
unsigned ui_key(struct ui *ui, const struct snapshot *snapshot, int key);
void ui_draw(struct ui *ui, const struct snapshot *snapshot, struct canvas *canvas);
bool ui_is_paused(const struct ui *ui);
const char *ui_copied_text(const struct ui *ui);
/* A word in place of the key bar until the next key: a theme's name, a fault. */
void ui_say(struct ui *ui, const char *text);

#endif
