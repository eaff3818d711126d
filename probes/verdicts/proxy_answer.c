#include "probes/verdicts/proxy_answer.h"

#include "probes/base/text.h"
#include "probes/ledger/endpoints.h"
#include "probes/verdicts/last_answer.h"
#include "probes/verdicts/proxy.h"

#include <string.h>

const char proxy_answer_start_tunnel[] = "start cloudflared on the machine with the engine: its tunnel is not "
	"connected";
const char proxy_answer_correct_tls[] = "correct the certificate of the server behind Cloudflare, or how "
	"Cloudflare connects to it";

struct meaning {
	int status;
	bool is_silent;
	const char *fix; /* NULL: the rule's own */
};

/* Statuses of Cloudflare's own. */
static const struct meaning cloudflares[] = {
	{ 520, false, NULL },
	{ 521, false, NULL },
	{ 522, true, NULL },
	{ 523, false, NULL },
	{ 524, true, NULL },
	{ 525, false, proxy_answer_correct_tls },
	{ 526, false, proxy_answer_correct_tls },
	{ 530, false, proxy_answer_start_tunnel },
};

static const struct meaning usual[] = {
	{ 502, false, NULL },
	{ 503, false, NULL },
	{ 504, true, NULL },
};

static const struct meaning *find(const struct meaning *meanings, size_t count, int status)
{
	for (size_t i = 0; i < count; i++)
		if (meanings[i].status == status)
			return &meanings[i];
	return NULL;
}

static const struct meaning *meaning_of(const struct last_answer *answer)
{
	const struct meaning *found = find(usual, ARRAY_LEN(usual), answer->status);

	if (!found && strcmp(proxy_name(answer), "Cloudflare") == 0)
		found = find(cloudflares, ARRAY_LEN(cloudflares), answer->status);
	return found;
}

/* Apache's 502 says so too. */
static bool says(const struct evidence *e, bool is_silent, struct finding *f)
{
	const struct last_answer *answer = answer_of(e);
	const struct meaning *meaning = answer_is_strange(e) && proxy_says(answer) ? meaning_of(answer) : NULL;
	bool is_proxy_error =
		meaning && meaning->status == 502 && text_contains_fold(answer->excerpt, "Proxy Error");

	if (!meaning || (meaning->is_silent || is_proxy_error) != is_silent)
		return false;
	text_set(f->detail, sizeof(f->detail), "%s", proxy_name(answer));
	if (meaning->fix)
		f->fix = meaning->fix;
	return true;
}

bool proxy_answer_engine_is_silent(const struct evidence *e, struct finding *f)
{
	return says(e, true, f);
}

bool proxy_answer_engine_is_dead(const struct evidence *e, struct finding *f)
{
	return says(e, false, f);
}
