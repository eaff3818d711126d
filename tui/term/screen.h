/* The terminal: the only file that uses ncurses.
 *
 * It shows canvases and returns keys. Only rows that changed since the last frame are passed to ncurses, so
 * nothing is sent if nothing changed. If the terminal has not taken the last frame yet, the new one is
 * dropped, not queued. The terminal is restored by screen_close() and by a handler for every signal that ends
 * the program. */
#ifndef TSLLM_TERM_SCREEN_H
#define TSLLM_TERM_SCREEN_H

#include "tui/term/canvas.h"
#include "tui/term/theme.h"

struct screen_options {
	bool has_mouse;
	bool has_colour; /* false: attributes only (NO_COLOR) */
};

/* Call setlocale() before. Install the loop's own signal handlers after this call: later ones win. */
int screen_open(const struct theme *theme, struct screen_options options, struct fault *fault);
void screen_close(void); /* any number of times */
void screen_set_theme(const struct theme *theme);
/* Whether terminal and locale can draw braille: the font of the Linux console has none. */
bool screen_has_braille(void);
/* Returns false if the frame was dropped because the terminal is behind: show it again later. */
bool screen_show(const struct canvas *canvas);
void screen_leave(void);  /* until screen_return(), the terminal is as it was before */
void screen_return(void); /* the next frame is sent whole */
void screen_clear(void); /* the next frame is sent whole */
int screen_key(void);    /* see tui/term/keys.h; PRESS_NONE: no key is waiting */
void screen_size(int *width, int *height);
void screen_resize(void);           /* after SIGWINCH: reads the terminal's size again */
void screen_copy(const char *text); /* to the terminal's clipboard (OSC 52) */
/* Sends the bytes as they are: a bell, a notification. false: the terminal is behind; send them later. */
bool screen_send(const char *bytes);

#endif
