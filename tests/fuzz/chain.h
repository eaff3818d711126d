/* The whole way of bytes from outside: into observations, into the ledger, out of it as a snapshot.
 *
 * A chain is fed in sections (fuzz.h), one command each; README.md lists them. Its clock is its own. */
#ifndef TSLLM_TESTS_FUZZ_CHAIN_H
#define TSLLM_TESTS_FUZZ_CHAIN_H

#include "probes/ledger/ledger.h"
#include "probes/servers/identify.h"
#include "probes/packets/lines.h"
#include "tests/fuzz/fuzz.h"

/* The key that our requests to an endpoint carry; %KEY% in an answer stands for it. */
#define PLANTED_KEY "sk-Pl4nted9KeyOfTheChain"
/* The last peer of every status is called so, and %HOST% in the URL of an endpoint stands for it. */
#define PLANTED_HOST "zqhost17"
/* A host outside of the tailnet: %OUTSIDE% in the URL of an endpoint. */
#define PLANTED_OUTSIDE "zqoutside17.example.net"
#define PLANTED_USER "zquser17@example.com"
/* No input has this in it: what has it in an output is planted. */
#define PLANTED_SIGN "zq"

struct chain {
	struct ledger *ledger;
	struct when now;
	char url[640]; /* of the endpoint that answers now; "": none yet */
	const struct family *family;
	struct identification identification;
	bool is_own, is_pinned, is_key_withheld;
	struct lines_cut cut;
	size_t commands;
};

#define WORDS_MAX 6

/* What stands behind "@@ "; words that are not there are "". */
struct command {
	const char *words[WORDS_MAX];
	char *body;
	size_t length;
};

void chain_init(struct chain *chain);
void chain_fini(struct chain *chain);
/* Does what a section says; one that says nothing known is skipped. */
void chain_do(struct chain *chain, const struct section *section);

/* Between the files of the chain: a number up to most, 0 where the word is none; the commands of endpoints. */
int64_t chain_number(const char *word, int64_t most);
void chain_endpoint(struct chain *chain, const struct command *command);
void chain_drop(struct chain *chain, const struct command *command);
void chain_answer(struct chain *chain, const struct command *command);
void chain_outcome(struct chain *chain, const struct command *command);

#endif
