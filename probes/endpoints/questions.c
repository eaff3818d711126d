#include "probes/endpoints/questions.h"

#include "probes/base/mem.h"

#include <stdlib.h>
#include <string.h>

struct question {
	struct questions *questions;
	struct subject about;
	struct http_call *call;
	bool is_local; /* to tailscaled: not counted as sent */
	int64_t asked; /* monotonic ms */
};

struct questions {
	struct asker asker;
	VEC(struct question *) asked;
	size_t open;
};

struct questions *questions_new(const struct asker *asker)
{
	struct questions *questions = mem_alloc(sizeof(*questions));

	questions->asker = *asker;
	return questions;
}

static void free_question(struct question *question)
{
	if (question->call)
		http_cancel(question->call);
	free((char *)question->about.url);
	free((char *)question->about.peer_id);
	free((char *)question->about.title);
	free(question);
}

void questions_free(struct questions *questions)
{
	if (!questions)
		return;
	for (size_t i = 0; i < questions->asked.count; i++)
		free_question(questions->asked.items[i]);
	free(questions->asked.items);
	free(questions);
}

size_t questions_open(const struct questions *questions)
{
	return questions->open;
}

static void forget_old(struct questions *questions, struct when now)
{
	for (size_t i = 0; i < questions->asked.count; i++) {
		struct question *one = questions->asked.items[i];

		if (one->call || now.mono_ms - one->asked <= questions->asker.again_ms)
			continue;
		free_question(one);
		questions->asked.items[i--] = questions->asked.items[--questions->asked.count];
	}
}

static bool is_same(const struct subject *a, const struct subject *b)
{
	return a->kind == b->kind && strcmp(a->url, b->url) == 0 && strcmp(a->peer_id, b->peer_id) == 0 &&
	       strcmp(a->title, b->title) == 0;
}

bool questions_may_ask(struct questions *questions, const struct subject *about, struct when now)
{
	const struct asker *asker = &questions->asker;

	if (asker->again_ms)
		forget_old(questions, now);
	if (questions->open >= asker->open_max || questions->asked.count >= asker->asked_max)
		return false;
	for (size_t i = 0; i < questions->asked.count; i++)
		if (is_same(&questions->asked.items[i]->about, about))
			return false;
	return true;
}

static void done(void *data, const struct answer *answer)
{
	struct question *question = data;
	struct questions *questions = question->questions;
	const struct asker *asker = &questions->asker;

	question->call = NULL;
	questions->open--;
	if (!question->is_local)
		ledger_see(asker->ledger,
			&(struct observation){ .kind = OBSERVED_REQUEST,
				.cost = COST_FREE,
				.bytes_sent = answer->bytes_sent,
				.bytes_received = answer->bytes_received },
			when_now());
	asker->read(asker->ledger, &question->about, answer);
	asker->changed(asker->data);
}

void questions_ask(struct questions *questions, const struct subject *about,
	const struct http_request *request, struct when now)
{
	struct question *question = mem_alloc(sizeof(*question));

	*question = (struct question){ .questions = questions,
		.about = { about->kind, mem_copy(about->url), mem_copy(about->peer_id),
			mem_copy(about->title) },
		.is_local = request->unix_socket,
		.asked = now.mono_ms };
	*VEC_PUSH(&questions->asked) = question;
	questions->open++;
	question->call = http_get(questions->asker.http, request, NULL, done, question);
}
