/* What ui.c (keys), mouse.c (clicks), type.c (typing), sort.c (order), select.c (rows and views), notices.c
 * (what is said), draw.c and bottom.c (drawing) share.
 * Do not include it elsewhere. */
#ifndef TSLLM_UI_STATE_H
#define TSLLM_UI_STATE_H

#include "probes/base/strings.h"
#include "probes/base/when.h"
#include "probes/report/canary_plan.h"
#include "probes/report/log_lines.h"
#include "tui/table/table.h"
#include "tui/ui/ui.h"
#include "tui/views/header.h"
#include "tui/views/views.h"

#define PROMPT_MAX 120
#define SPAN_AT_FIRST_S 600
#define NOTE_BYTES 640
#define HINTS_MAX 24

/* A line of its own above the rows. */
struct notice {
	char text[NOTE_BYTES];
	enum role role;
	int64_t lasts_ms;  /* 0: until it is dismissed */
	struct when shown; /* unknown: not yet */
};

/* What a view keeps while another is shown. */
struct view_state {
	struct view view; /* with the columns that were chosen */
	struct column columns[COLUMNS_MAX];
	bool is_toggled[COLUMNS_MAX]; /* shown or hidden by the user, other than at the start */
	char selected[ID_MAX];        /* "": nothing selected, use the first row */
	size_t at;                    /* its last position, for when it is gone */
	size_t first;                 /* row at the top */
	struct order order;
	char filter[PROMPT_MAX];
	struct folds folds;
	struct table_needs needs;
};

/* The last frame, for clicks: keys and snapshots may have come since, but the user clicked on this. */
struct drawn {
	const struct view *view; /* NULL: nothing drawn yet */
	struct table table;      /* its geometry */
	struct strings ids;      /* of the visible rows, from the top */
	int tabs_y, heads_y;     /* -1: not drawn */
	int notice_y, hints_y;   /* the same */
	int notice_lines;
	int width;
	struct counts_spots counts;
	struct {
		int from, to, key;
	} hints[HINTS_MAX];
	size_t hint_count;
	struct {
		int x, y, width, height;
		size_t first;
	} list; /* height 0: not drawn */
};

/* What plots show: here, in the History view and in panels. */
struct plot_state {
	const struct history *history;
	size_t span;         /* index into the spans */
	int64_t cursor_ms;   /* of the cursor in History; 0: none */
	char target[ID_MAX]; /* the row that was selected last, in whichever view; "": none */
	size_t first, last;  /* scroll position of History and its maximum */
	size_t columns;      /* of the last frame */
};

enum prompt { PROMPT_NONE, PROMPT_FILTER, PROMPT_SEARCH };

struct ui {
	size_t current;                /* index into views */
	struct view_state *states;     /* one per view */
	const struct view *page;       /* over the view: detail or help; NULL: none */
	const struct view *page_below; /* detail, while help is shown over it */
	char target[ID_MAX];           /* of detail */
	size_t page_first, page_last;  /* scroll position and its maximum */
	enum prompt prompt;
	size_t typed_at; /* where the next character goes in the prompt */
	char search[PROMPT_MAX], kept[PROMPT_MAX];
	bool has_no_hit; /* the search: no row has its text */
	bool is_paused, has_no_panels;
	bool is_list_open; /* of the columns */
	size_t list_at;    /* its selected column */
	char message[NOTE_BYTES];
	struct when said; /* when the message was first seen; unknown: not yet */
	struct {
		struct notice *items;
		size_t count, room;
	} notices; /* the first one is shown */
	enum steer steer;
	char *copied; /* NULL: nothing yet */
	struct plot_state plots;
	char pinged[ID_MAX];      /* a peer that is being pinged; "": none */
	int64_t ping_began;       /* wall clock of the first snapshot since; 0: none yet */
	const struct log_text *log;   /* what the page of a log shows; NULL: nothing yet */
	const struct view *below_log; /* the page that it was opened from; NULL: the view */
	char logged[ID_MAX];          /* whose log it is */
	bool follows_log;             /* it stays at the end as lines come */
	struct canary_choice *canary; /* the last that was asked about; NULL: none */
	bool asks_canary;             /* the question is open: the next key answers it */
	bool awaits_canary;           /* how it ends is still to be said */
	int64_t canary_asked;         /* wall ms */
	char shell_host[ID_MAX];
	bool is_tailscale_shell;
	struct rows rows;
	struct drawn drawn;
	int body_height; /* of the last frame, for paging */
};

static inline const struct view *ui_view(const struct ui *ui)
{
	return &ui->states[ui->current].view;
}

static inline struct view_state *ui_state(struct ui *ui)
{
	return &ui->states[ui->current];
}

/* Whether History is shown, which has keys of its own. */
static inline bool ui_shows_history(const struct ui *ui)
{
	return !ui->page && ui_view(ui)->draw;
}

/* select.c */
/* Collects the rows of the current view and finds the selected one again. */
void ui_collect(struct ui *ui, const struct snapshot *snapshot);
/* Selects the row at that position, or the last one. */
void ui_select(struct ui *ui, const struct snapshot *snapshot, size_t at);
/* The position of the row with that id; the number of rows if there is none. */
size_t ui_find_id(const struct ui *ui, const struct snapshot *snapshot, const char *id);
/* The id of the row at that position. */
const char *ui_id_at(const struct ui *ui, const struct snapshot *snapshot, size_t at, char *buffer);
/* Whether a row is selected and visible: no page is shown instead, and the terminal has room for the
 * table. */
bool ui_has_selection(const struct ui *ui, const struct snapshot *snapshot);
size_t ui_selected_row(const struct ui *ui);
/* Opens or closes what is folded under the selected row. */
unsigned ui_toggle_fold(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_toggle_all_folds(struct ui *ui, const struct snapshot *snapshot);
/* The id of the open detail or the selected row; "" if no row is visible. */
const char *ui_selected_target(const struct ui *ui, const struct snapshot *snapshot, char *buffer);
unsigned ui_show_view(struct ui *ui, size_t view);
/* Closes the prompt, if one is open; keeps what was typed. */
void ui_end_prompt(struct ui *ui);
unsigned ui_open_detail(struct ui *ui, const struct snapshot *snapshot);

/* copy.c: what y and Y copy of the selected row; "": nothing. */
const char *ui_url_to_copy(const struct ui *ui, const struct snapshot *snapshot);
const char *ui_fix_to_copy(const struct ui *ui, const struct snapshot *snapshot);
unsigned ui_copy_url(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_copy_fix(struct ui *ui, const struct snapshot *snapshot);

/* plots.c: the span of plots and sparklines, and the History view. */
/* In seconds; one that is no span is ignored. */
void ui_set_span(struct ui *ui, long span_s);
unsigned ui_shorter_span(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_longer_span(struct ui *ui, const struct snapshot *snapshot);
/* Keys of History. */
unsigned ui_read_earlier(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_read_later(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_leave_history(struct ui *ui); /* first the cursor, then the row */
unsigned ui_scroll_history(struct ui *ui, long by);
void ui_draw_history(struct ui *ui, const struct snapshot *snapshot, struct canvas *canvas, struct box box);
/* What plots are to show: of the row that was selected last. */
struct look ui_look(const struct ui *ui);

/* mouse.c */
unsigned ui_click(struct ui *ui, const struct snapshot *snapshot, int x, int y);
/* The key whose hint in the last line is there; PRESS_NONE: none. */
int ui_hint_at(const struct ui *ui, int x, int y);

/* type.c: keys that open a prompt or search for the typed text, and what keys do while a prompt is open. */
unsigned ui_ask_filter(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_ask_search(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_find_next(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_find_last(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_type(struct ui *ui, const struct snapshot *snapshot, int key);

/* sort.c: the order of the rows, and the list of columns to choose it from. */
/* By that column; if the rows are in its order already, the other way round. */
unsigned ui_sort_by(struct ui *ui, size_t column);
unsigned ui_sort_next(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_sort_last(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_sort_other_way(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_open_list(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_list_key(struct ui *ui, int key);
unsigned ui_click_list(struct ui *ui, int x, int y);
/* Over what is drawn already, if it is open. */
void ui_draw_list(struct ui *ui, struct canvas *canvas, int y, int height);

/* shown.c: which columns are shown. */
/* Whether the column can be shown: some are for filters only. */
bool ui_can_show(const struct ui *ui, size_t view, size_t column);
/* Shows or hides a column; returns false if it has to stay as it is. */
bool ui_toggle_column(struct ui *ui, size_t view, size_t column);
void ui_say_columns(const struct ui *ui, char *text, size_t size);
void ui_take_columns(struct ui *ui, const char *text);

/* machine.c: what is done to the machine of the row. */
unsigned ui_ping(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_shell(struct ui *ui, const struct snapshot *snapshot);

/* log.c: the page of a server's log. */
unsigned ui_open_log(struct ui *ui, const struct snapshot *snapshot);
/* Where it is read, above its lines. Returns how many lines it took. */
int ui_draw_log_head(const struct ui *ui, struct canvas *canvas, int y);
/* canary.c */
unsigned ui_ask_canary(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_answer_canary(struct ui *ui, int key);
void ui_draw_canary_question(const struct ui *ui, struct canvas *canvas);
void ui_say_canary(const struct ui *ui, const struct snapshot *snapshot, char *to, size_t size);

/* notices.c */
/* Returns false if there is none. */
bool ui_dismiss_notice(struct ui *ui);
/* Returns how many lines it took. */
int ui_draw_notice(struct ui *ui, struct canvas *canvas, int y);

/* bottom.c: the last line: the prompt, what was said, or the keys. */
void ui_draw_bottom(struct ui *ui, const struct snapshot *snapshot, struct canvas *canvas);

/* idle.c */
unsigned ui_say_no_key(struct ui *ui, int key);
/* Of a key that has nothing to work on where it was pressed. */
unsigned ui_say_idle(struct ui *ui, int key);

/* steer.c: keys that move in a replay, and keys that do nothing there. */
bool ui_is_steer_key(int key);
bool ui_is_live_key(int key);
unsigned ui_steer_by(struct ui *ui, const struct snapshot *snapshot, int key);

#endif
