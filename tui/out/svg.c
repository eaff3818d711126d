/* Drawn by the code of the screen, so that a picture shows what a user would see. */
#include "tui/out/svg.h"

#include "probes/base/fault.h"
#include "tui/out/canvas_svg.h"
#include "tui/out/outputs.h"
#include "tui/ui/ui.h"
#include "tui/views/views.h"

bool svg_can(const struct view *view)
{
	return view;
}

void svg_print(const struct print_to *to, const struct snapshot *snapshot)
{
	struct canvas *canvas = canvas_new(to->width, to->height, to->is_ascii);
	struct ui *ui = ui_new();
	struct theme theme;
	struct fault fault;

	if (theme_load(&theme, to->theme, &fault) < 0)
		fprintf(to->errors, "tsllm-top: %s\n", fault.text);
	ui_set_history(ui, to->history);
	if (to->view)
		ui_key(ui, snapshot, to->view->key);
	ui_draw(ui, snapshot, canvas);
	canvas_svg_print(to->file, canvas, &theme);
	ui_free(ui);
	canvas_free(canvas);
}
