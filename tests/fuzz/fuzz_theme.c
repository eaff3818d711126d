/* A theme file. */
#include "tests/fuzz/fuzz.h"

#include "probes/base/fault.h"
#include "probes/base/text.h"
#include "tui/term/theme.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size);
	struct theme theme = { .name = "fuzz" };
	struct fault fault = { "" };

	theme_parse(&theme, "default.theme", theme_default_text, &fault);
	if (theme_parse(&theme, "fuzz.theme", text, &fault) < 0)
		check_text(fault.text, sizeof(fault.text));
	for (int role = 0; role < ROLE_COUNT; role++) {
		const struct style *style = &theme.styles[role];

		check(style->fg >= COLOUR_DEFAULT && style->fg <= (COLOUR_RGB | 0xffffff), "a colour is one");
		check(style->bg >= COLOUR_DEFAULT && style->bg <= (COLOUR_RGB | 0xffffff),
			"a background is a colour");
		for (int colours = 8; colours <= 256; colours *= colours == 8 ? 2 : 16)
			check(theme_nearest(style->fg, colours) < colours,
				"a terminal has the nearest colour");
	}
	free(text);
	return 0;
}
