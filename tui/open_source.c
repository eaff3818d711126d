#include "tui/open_source.h"

#include "probes/base/fault.h"

struct source *open_source(
	const struct options *options, const struct settings *settings, enum source_use use)
{
	struct fault note, fault;
	struct source *source = source_new(settings, use, &note, &fault);

	if (*note.text)
		options_complain(options, note.text, stderr);
	if (!source)
		options_complain_key(
			options, settings, *settings->replay ? "replay" : "record", fault.text, stderr);
	return source;
}
