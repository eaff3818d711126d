"""What a soak measures of each program, the table of it, and whether something grew."""
import statistics

FIGURES = ("RSS, MB", "Private_Dirty, MB", "descriptors", "threads")
MOST_GROWTH = 0.10
# Less than this is no growth, whatever part of the figure it is: at any time there may be some more connections, and six more
# engines whose lists of 1,000 models are kept, half a megabyte each.
SLACK = {"RSS, MB": 3, "Private_Dirty, MB": 3, "descriptors": 8, "threads": 2}
FIRST_S, SETTLED_S, LONG_S = 10, 1200, 2400     # memory rises until each engine has failed in each way, and then stays
WINDOW_S = 300


def reference_s(seconds):
    """When growth starts to count."""
    return SETTLED_S if seconds >= LONG_S else seconds / 3


def measure(process):
    return dict(zip(FIGURES, (*process.memory_mb(), process.descriptors(), len(process.threads()))))


class Samples:
    """Of one program: (seconds since the start, its figures)."""

    def __init__(self, seconds):
        self.seconds, self.taken = seconds, []

    def add(self, when, figures):
        self.taken.append((when, figures))

    def at(self, name, when):
        """The median of the five minutes up to a moment, or of a shorter time in a short run: what is there only now and
        then is no growth."""
        since = when - min(WINDOW_S, self.seconds / 6)
        values = [figures[name] for second, figures in self.taken if since <= second <= when]
        return statistics.median(values) if values else float("nan")

    def row(self, name):
        """At first, at the reference moment, at the end, at most, and the growth from the reference on."""
        reference, end = self.at(name, reference_s(self.seconds)), self.at(name, self.seconds)
        most = max((figures[name] for _, figures in self.taken), default=float("nan"))
        return self.at(name, min(FIRST_S, self.seconds / 5)), reference, end, most, end - reference

    def complaints(self):
        """What grew."""
        for name in FIGURES:
            _, reference, end, _, growth = self.row(name)
            if not growth <= max(SLACK[name], MOST_GROWTH * reference):
                yield f"{name}: {reference:.1f} at {reference_s(self.seconds):.0f} s, {end:.1f} at the end"


def table(all_samples, seconds):
    """The lines of the table; all_samples: by the name of the program."""
    moments = (min(FIRST_S, seconds / 5), reference_s(seconds), seconds)
    heads = [*(f"at {when:.0f} s" for when in moments), "most", "growth"]
    yield " " * 32 + "".join(f"{head:>11}" for head in heads)
    for program, samples in all_samples.items():
        for name in FIGURES:
            first, reference, end, most, growth = samples.row(name)
            yield f"{program:12}{name:20}" + "".join(f"{value:11.1f}" for value in (first, reference, end, most)) + \
                f"{growth / reference if reference else 0:+11.0%}"
