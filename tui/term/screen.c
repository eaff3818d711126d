/* ncurses: styles become attributes and colour pairs, its keys become ours, changed rows are sent.
 *
 * There is one terminal, so its state is one static struct, as in ncurses itself. A signal handler may only
 * call what is async-signal-safe: the bytes that restore the terminal are prepared when it is opened, and the
 * handler only writes them. */
#include "tui/term/screen.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/term/cell_text.h"
#include "tui/term/deadly.h"
#include "tui/term/keys.h"

#include <errno.h>
#include <ncurses.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#define PAIRS_MAX 240 /* below 256, because every terminal has that many */
#define COPY_MAX (16 * 1024) /* of what terminals take at once */
#define SIDE_MAX 1000 /* ncurses counts in short and keeps three copies of every cell */

struct pair {
	int fg, bg;
};

static struct {
	SCREEN *screen;
	struct theme theme;
	bool has_colour, is_direct;
	struct pair pairs[PAIRS_MAX]; /* element i is pair i + 1 */
	int pair_count;
	struct canvas *shown; /* what the terminal has; NULL: unknown */
	struct termios before;
	char reset[512];
	volatile sig_atomic_t reset_length; /* 0: nothing to restore */
} screen;

static int add_reset(int byte)
{
	if (screen.reset_length < (int)sizeof(screen.reset))
		screen.reset[screen.reset_length++] = (char)byte;
	return byte;
}

/* Restores the terminal with the prepared bytes. */
static void restore(void)
{
	if (screen.reset_length) {
		ssize_t ignored = write(STDOUT_FILENO, screen.reset, (size_t)screen.reset_length);

		(void)ignored;
		tcsetattr(STDIN_FILENO, TCSANOW, &screen.before);
		screen.reset_length = 0;
	}
}

static void keep_reset(void)
{
	static const char *const names[] = { "sgr0", "op", "cnorm", "rmkx", "rmcup" };
	static const char mouse_off[] = "\033[?1006l\033[?1002l\033[?1000l";

	screen.reset_length = 0;
	for (size_t i = 0; i < sizeof(mouse_off) - 1; i++)
		add_reset(mouse_off[i]);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *string = tigetstr(names[i]);

		if (string && string != (char *)-1)
			tputs(string, 1, add_reset);
	}
}

static void set_modes(struct screen_options options)
{
	struct termios now;

	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	/* Send each frame whole: one that a key interrupts would stay half drawn until something changes. */
	typeahead(-1);
	if (options.has_mouse) {
		mousemask(BUTTON1_CLICKED | BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
		mouseinterval(0);
	}
	/* Ctrl-S would stop the terminal, and the loop with it. */
	if (tcgetattr(STDIN_FILENO, &now) == 0) {
		now.c_iflag &= ~(tcflag_t)IXON;
		tcsetattr(STDIN_FILENO, TCSANOW, &now);
		def_prog_mode();
	}
	screen.has_colour = options.has_colour && has_colors() && start_color() == OK;
	if (screen.has_colour)
		use_default_colors();
	screen.is_direct = tigetflag("RGB") > 0;
}

/* The size the terminal reports, otherwise the environment's. */
static int side(unsigned short told, const char *name)
{
	const char *value = getenv(name);
	int cells = told ? told : (int)text_number(value ? value : "", 65535);

	return cells < SIDE_MAX ? cells : SIDE_MAX;
}

/* Applies the terminal's size, at most SIDE_MAX either way. */
static void fit(int (*resize)(int height, int width))
{
	struct winsize told;
	int height, width;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &told) != 0)
		memset(&told, 0, sizeof(told));
	height = side(told.ws_row, "LINES");
	width = side(told.ws_col, "COLUMNS");
	if (height > 0 && width > 0)
		resize(height, width);
}

int screen_open(const struct theme *theme, struct screen_options options, struct fault *fault)
{
	const char *terminal = getenv("TERM");

	screen_close();
	memset(&screen, 0, sizeof(screen));
	if (tcgetattr(STDIN_FILENO, &screen.before) != 0 || !isatty(STDOUT_FILENO)) {
		fault_say(fault, "the terminal cannot be used: standard input and output are no terminal");
		return -1;
	}
	use_env(FALSE); /* otherwise ncurses takes any size from the environment */
	screen.screen = newterm(NULL, stdout, stdin);
	if (!screen.screen) {
		fault_say(fault, "the terminal cannot be used: nothing is known about TERM=%s",
			terminal ? terminal : "");
		return -1;
	}
	set_escdelay(25);
	fit(resize_term);
	set_modes(options);
	screen.theme = *theme;
	keep_reset();
	deadly_catch(restore);
	mem_on_death(screen_close);
	return 0;
}

void screen_close(void)
{
	if (!screen.screen)
		return;
	screen.reset_length = 0;
	endwin();
	delscreen(screen.screen);
	canvas_free(screen.shown);
	screen.screen = NULL;
	screen.shown = NULL;
	tcsetattr(STDIN_FILENO, TCSANOW, &screen.before);
}

void screen_leave(void)
{
	endwin();
	tcsetattr(STDIN_FILENO, TCSANOW, &screen.before);
}

void screen_return(void)
{
	refresh(); /* restores the modes that endwin() left */
	screen_resize();
}

void screen_clear(void)
{
	canvas_free(screen.shown);
	screen.shown = NULL;
}

void screen_set_theme(const struct theme *theme)
{
	screen.theme = *theme;
	screen_clear();
}

/* A theme's colour as this terminal can show it; a direct-colour terminal keeps the first eight for its
 * palette. */
static int colour_here(int colour)
{
	if (screen.is_direct && colour >= 8)
		return theme_rgb(colour);
	return screen.is_direct ? colour : theme_nearest(colour, COLORS < 256 ? COLORS : 256);
}

static int pair_of(int fg, int bg)
{
	if (fg == COLOUR_DEFAULT && bg == COLOUR_DEFAULT)
		return 0;
	for (int i = 0; i < screen.pair_count; i++)
		if (screen.pairs[i].fg == fg && screen.pairs[i].bg == bg)
			return i + 1;
	if (screen.pair_count == PAIRS_MAX || screen.pair_count + 1 >= COLOR_PAIRS)
		return 0;
	screen.pairs[screen.pair_count] = (struct pair){ fg, bg };
	init_extended_pair(screen.pair_count + 1, fg, bg);
	return ++screen.pair_count;
}

static attr_t attributes_of(struct style style)
{
	static const struct {
		unsigned ours;
		attr_t theirs;
	} table[] = {
		{ STYLE_BOLD, A_BOLD },
		{ STYLE_DIM, A_DIM },
		{ STYLE_ITALIC, A_ITALIC },
		{ STYLE_UNDERLINE, A_UNDERLINE },
		{ STYLE_REVERSE, A_REVERSE },
	};
	attr_t attributes = A_NORMAL;

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (style.attributes & table[i].ours)
			attributes |= table[i].theirs;
	/* Without colours, reverse stands for a background of its own. */
	if (!screen.has_colour && style.bg != screen.theme.background)
		attributes |= A_REVERSE;
	return attributes;
}

static void show_row(const struct canvas *canvas, int y)
{
	const struct cell *row = canvas_row(canvas, y);

	for (int x = 0; x < canvas->width; x++) {
		struct style style = theme_style(&screen.theme, row[x].role, row[x].attributes);
		wchar_t text[CELL_TEXT_MAX];
		int pair = 0;
		cchar_t cell;

		if (!cell_text(row, canvas->width, x, text))
			continue;
		if (screen.has_colour)
			pair = pair_of(colour_here(style.fg), colour_here(style.bg));
		if (setcchar(&cell, text, attributes_of(style), 0, &pair) == OK)
			mvadd_wch(y, x, &cell);
	}
}

/* Whether the terminal has taken everything that was sent. */
static bool is_drained(void)
{
	struct pollfd ready = { .fd = STDOUT_FILENO, .events = POLLOUT };
	int queued = 0;

	if (ioctl(STDOUT_FILENO, TIOCOUTQ, &queued) == 0 && queued > 0)
		return false;
	return poll(&ready, 1, 0) == 1 && ready.revents & POLLOUT;
}

bool screen_has_braille(void)
{
	const struct cell full = { .character = 0x28ff };
	const char *terminal = getenv("TERM");
	wchar_t text[CELL_TEXT_MAX];

	return cell_text(&full, 1, 0, text) && text[0] == 0x28ff &&
	       !(terminal && text_has_prefix(terminal, "linux"));
}

static struct canvas *copy_of(const struct canvas *canvas)
{
	struct canvas *copy = canvas_new(canvas->width, canvas->height, canvas->is_ascii);

	memcpy(copy->cells, canvas->cells,
		(size_t)canvas->width * (size_t)canvas->height * sizeof(*canvas->cells));
	return copy;
}

bool screen_show(const struct canvas *canvas)
{
	bool is_whole = !screen.shown || screen.shown->width != canvas->width ||
			screen.shown->height != canvas->height,
	     has_changed = is_whole;

	for (int y = 0; !has_changed && y < canvas->height; y++)
		has_changed = !canvas_rows_equal(canvas, screen.shown, y);
	if (!has_changed)
		return true;
	if (!is_drained())
		return false;
	if (is_whole)
		clear();
	for (int y = 0; y < canvas->height && y < LINES; y++)
		if (is_whole || !canvas_rows_equal(canvas, screen.shown, y))
			show_row(canvas, y);
	refresh();
	canvas_free(screen.shown);
	screen.shown = copy_of(canvas);
	return true;
}

static int mouse_key(void)
{
	MEVENT event;

	if (getmouse(&event) != OK || event.x < 0 || event.x >= COLS || event.y < 0 || event.y >= LINES)
		return screen_key();
	if (event.bstate & BUTTON4_PRESSED)
		return press_at(PRESS_WHEEL_UP, event.x, event.y);
	if (event.bstate & BUTTON5_PRESSED)
		return press_at(PRESS_WHEEL_DOWN, event.x, event.y);
	return press_at(PRESS_CLICK, event.x, event.y);
}

int screen_key(void)
{
	static const struct {
		int theirs, ours;
	} table[] = {
		{ KEY_UP, PRESS_UP },
		{ KEY_DOWN, PRESS_DOWN },
		{ KEY_LEFT, PRESS_LEFT },
		{ KEY_RIGHT, PRESS_RIGHT },
		{ KEY_PPAGE, PRESS_PAGE_UP },
		{ KEY_NPAGE, PRESS_PAGE_DOWN },
		{ KEY_HOME, PRESS_HOME },
		{ KEY_END, PRESS_END },
		{ KEY_BTAB, PRESS_BACK_TAB },
		{ KEY_ENTER, PRESS_ENTER },
		{ KEY_BACKSPACE, PRESS_BACKSPACE },
		{ KEY_DC, PRESS_DELETE },
		{ KEY_RESIZE, PRESS_RESIZE },
	};
	wint_t key = 0;
	int kind = get_wch(&key);

	if (kind == OK)
		return key == '\r' ? PRESS_ENTER : key == '\b' ? PRESS_BACKSPACE : (int)key;
	if (kind != KEY_CODE_YES)
		return PRESS_NONE;
	if (key == KEY_MOUSE)
		return mouse_key();
	if (key >= KEY_F(1) && key <= KEY_F(12))
		return PRESS_F1 + (int)key - KEY_F(1);
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].theirs == (int)key)
			return table[i].ours;
	return screen_key();
}

void screen_size(int *width, int *height)
{
	*width = COLS, *height = LINES;
}

void screen_resize(void)
{
	fit(resizeterm);
	screen_clear();
}

void screen_copy(const char *text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t length = strlen(text) < COPY_MAX ? strlen(text) : COPY_MAX;

	fputs("\033]52;c;", stdout);
	for (size_t i = 0; i < length; i += 3) {
		unsigned block = 0;

		for (size_t k = 0; k < 3; k++)
			block = block << 8 | (i + k < length ? (unsigned char)text[i + k] : 0u);
		for (size_t k = 0; k < 4; k++)
			putc(i + k > length ? '=' : digits[block >> (18 - 6 * k) & 63], stdout);
	}
	fputs("\a", stdout);
	fflush(stdout);
}

bool screen_send(const char *bytes)
{
	if (!screen.screen || !is_drained())
		return false;
	fputs(bytes, stdout);
	fflush(stdout);
	return true;
}
