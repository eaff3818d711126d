"""What the system says of a process: its memory, threads, descriptors and time on a core."""
import os
import re


class Measured:
    """For a class with `process`, a subprocess.Popen."""

    def proc(self, name):
        with open(f"/proc/{self.process.pid}/{name}", encoding="ascii") as file:
            return file.read()

    def threads(self):
        return sorted(map(int, os.listdir(f"/proc/{self.process.pid}/task")))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def children(self):
        return [int(word) for word in self.proc(f"task/{self.process.pid}/children").split()]

    def cpu_ms(self):
        """Time on a core, of all threads."""
        return sum(int(self.proc(f"task/{thread}/schedstat").split()[0]) for thread in self.threads()) / 1e6

    def wakes_of_others(self):
        """How often threads beside the main one were woken."""
        others = [self.proc(f"task/{thread}/status") for thread in self.threads() if thread != self.process.pid]
        return sum(int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", text, re.M)[1]) for text in others)

    def children_reaped(self):
        """Page faults of children that ended: it stays where there were none."""
        return int(self.proc("stat").rpartition(")")[2].split()[8])

    def memory_mb(self):
        """Resident, and of that private and written to."""
        text = self.proc("smaps_rollup")
        return tuple(int(re.search(rf"^{name}:\s+(\d+) kB", text, re.M)[1]) / 1024 for name in ("Rss", "Private_Dirty"))
