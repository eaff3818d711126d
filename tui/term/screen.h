/* The terminal: the only file that knows ncurses.
 *
 * It shows canvases and hands out keys. Only rows that changed since the last frame reach ncurses, so that
 * nothing is sent when nothing changed; a frame is dropped, never queued, while the terminal has not taken
 * the one before. The terminal is restored by screen_close() and, from signal handlers, on every signal that
 * ends the program. */
#ifndef TSLLM_TERM_SCREEN_H
#define TSLLM_TERM_SCREEN_H

#include "tui/term/canvas.h"
#include "tui/term/theme.h"

struct screen_options {
	bool has_mouse;
	bool has_colour; /* false: attributes only (NO_COLOR) */
};

/* Needs setlocale() before. Signals that the loop handles itself are to be taken over after this call. */
int screen_open(const struct theme *theme, struct screen_options options, struct fault *fault);
void screen_close(void); /* any number of times */
void screen_set_theme(const struct theme *theme);
/* false: the frame was dropped, because the terminal is behind; show again later. */
bool screen_show(const struct canvas *canvas);
void screen_clear(void); /* the next frame is sent whole */
int screen_key(void);    /* tui/term/keys.h; PRESS_NONE: no key waits */
void screen_size(int *width, int *height);
void screen_resize(void);           /* after SIGWINCH: takes the terminal's size anew */
void screen_copy(const char *text); /* to the clipboard of the terminal (OSC 52) */

#endif
