/* Snapshots, printed to memory and drawn. */
#include "tests/fuzz/outputs.h"

#include "probes/base/mem.h"
#include "tui/out/json.h"
#include "probes/report/texts.h"
#include "tests/fuzz/fuzz.h"
#include "tui/out/doctor.h"
#include "tui/out/exposition.h"
#include "tui/out/http_sd.h"
#include "tui/out/nagios.h"
#include "tui/out/outputs.h"
#include "tui/out/pick.h"
#include "tui/out/svg.h"
#include "tui/out/text.h"
#include "tui/ui/ui.h"

#include <stdio.h>
#include <string.h>

#define WIDTH 80
#define SENTENCE_MAX 1024 /* of a text of a snapshot: a sentence with names in it */

static void print_json(FILE *file, const struct snapshot *snapshot)
{
	check(json_write_snapshot(file, snapshot, true) == 0, "a snapshot can be written");
}

static void print_line(FILE *file, const struct snapshot *snapshot)
{
	check(json_write_snapshot(file, snapshot, false) == 0, "a snapshot can be written");
}

static void print_lines(FILE *file, const struct snapshot *snapshot)
{
	text_print(&(struct print_to){ .file = file, .width = WIDTH }, snapshot);
}

static void print_doctor(FILE *file, const struct snapshot *snapshot)
{
	doctor_print(&(struct print_to){ .file = file, .width = WIDTH }, snapshot, NULL);
}

/* Both streams: what a script reads, and why. */
static void print_choice(FILE *file, const struct snapshot *snapshot)
{
	const char *name = snapshot->model_count ? snapshot->models[0].id : "llama3.2";

	fprintf(file, "status %d\n",
		pick_print(&(struct print_to){ .file = file, .errors = file }, snapshot, name, true));
}

static void print_metrics(FILE *file, const struct snapshot *snapshot)
{
	exposition_print(&(struct print_to){ .file = file }, snapshot);
}

static void print_nagios(FILE *file, const struct snapshot *snapshot)
{
	nagios_print(&(struct print_to){ .file = file }, snapshot);
}

static void print_targets(FILE *file, const struct snapshot *snapshot)
{
	http_sd_print(&(struct print_to){ .file = file }, snapshot);
}

static void print_picture(FILE *file, const struct snapshot *snapshot)
{
	svg_print(&(struct print_to){ .file = file, .width = WIDTH, .height = 30, .theme = "default" },
		snapshot);
}

static const struct {
	const char *name;
	void (*print)(FILE *file, const struct snapshot *snapshot);
} forms[FORM_COUNT] = {
	[FORM_JSON] = { "json", print_json },
	[FORM_LINE] = { "line", print_line },
	[FORM_TEXT] = { "text", print_lines },
	[FORM_DOCTOR] = { "doctor", print_doctor },
	[FORM_PICK] = { "pick", print_choice },
	[FORM_METRICS] = { "metrics", print_metrics },
	[FORM_NAGIOS] = { "nagios", print_nagios },
	[FORM_SD] = { "http-sd", print_targets },
	[FORM_SVG] = { "svg", print_picture },
};

const char *form_name(enum form form)
{
	return forms[form].name;
}

struct printed output_of(const struct snapshot *snapshot, enum form form)
{
	struct printed output = { NULL, 0 };
	FILE *file = open_memstream(&output.text, &output.length);

	forms[form].print(file, snapshot);
	fclose(file);
	return output;
}

void check_output(const struct printed *output, enum form form)
{
	check(strlen(output->text) == output->length, "no zero byte is printed");
	if (form == FORM_JSON || form == FORM_LINE || form == FORM_SD)
		check_json(output->text, output->length);
	else
		check_printed(output->text, output->length);
}

static void see_text(void *data, enum text_form form, enum secret_kind kind, const char **text)
{
	(void)data;
	(void)form;
	(void)kind;
	check_text(*text, SENTENCE_MAX);
}

void check_snapshot(struct snapshot *snapshot)
{
	texts_visit(snapshot, see_text, NULL);
}

/* ---- views ---- */

void check_canvas(const struct canvas *canvas)
{
	static char text[16 * 1024];

	for (int y = 0; y < canvas->height; y++)
		check_text(canvas_row_text(canvas, y, text, sizeof(text)), sizeof(text));
}

void check_views(const struct snapshot *snapshot, int width, int height)
{
	struct canvas *canvas = canvas_new(width, height, false);
	struct ui *ui = ui_new();

	for (const char *key = "1\n2\n3\n4\n5\n6\n7\n"; *key; key++) {
		ui_key(ui, snapshot, *key);
		ui_draw(ui, snapshot, canvas);
		check_canvas(canvas);
		if (*key == '\n')
			ui_key(ui, snapshot, PRESS_ESCAPE);
	}
	ui_free(ui);
	canvas_free(canvas);
}
