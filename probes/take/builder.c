/* Shared by the parts of take_snapshot(). */
#include "probes/take/builder.h"

#include "probes/ledger/state.h"

int builder_row_of_peer(const struct builder *s, const struct known_peer *known)
{
	if (!known || known->obs->is_sharee)
		return -1;
	if (known == &s->ledger->self)
		return 0;
	return (int)s->peer_rows[known - s->ledger->peers];
}
