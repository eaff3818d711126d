"""The dashboard on a real terminal: what it shows, what it sends, and how it leaves."""
import base64
import contextlib
import os
import re
import signal
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake"))

from fake import FakeTailnet
from tap import main, test
from terminal import Terminal
from top import top

KEY_F6 = "\x1b[17~"
DEMO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake", "demo.scenario")

# All that end a program unless it handles them, but KILL.
DEADLY = [number for number in signal.valid_signals() if number not in
          {signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL, signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN,
           signal.SIGTTOU, signal.SIGCONT, signal.SIGCHLD, signal.SIGURG, signal.SIGWINCH, signal.SIGPIPE}
          and not signal.SIGRTMIN < number < signal.SIGRTMAX]

STILL = """
daemon magicdns off
config period = 3600
peer gpu1 linux direct 10.99.0.11:41641 rtt 1 tag gpu
peer gpu2 linux idle
door gpu1:ollama https 18443 /ollama ollama-0.17.4/loaded-idle pinned
door gpu1:llama raw 18080 llama-server-0.5.0/ready-idle pinned
"""


def resident_mb(process):
    with open(f"/proc/{process}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6


def states(terminal):
    rows = [line.split() for line in terminal.text().splitlines() if line[1:2] in "✖▲◐●○"]
    return [row[1] for row in rows if len(row) > 2]


@test
def the_fleet_comes_up_worst_first_at_80_by_24():
    with FakeTailnet(path=DEMO) as fake, Terminal(fake) as terminal:
        assert terminal.comes_to(lambda: states(terminal)[:1] == ["down"]), terminal.text()
        assert "tsllm-top" in terminal.text().splitlines()[0], terminal.text()
        # Once all have answered there are more rows than lines, and what is well is at the end.
        terminal.resize(80, 60)
        assert terminal.comes_to(lambda: "down" in states(terminal) and states(terminal)[-1:] == ["ok"]), terminal.text()
        assert "down" not in states(terminal)[states(terminal).index("ok"):], terminal.text()


@test
def every_view_opens_with_its_key_and_escape_leads_back():
    with FakeTailnet(path=DEMO) as fake, Terminal(fake, 120, 40) as terminal:
        assert terminal.shows("host")
        for key, sign in (("2", "[2 Paths]"), ("3", "[3 Models]"), ("4", "[4 Serve]"), ("5", "[5 Clients]"), ("6", "[6 Events]"), ("1", "[1 Fleet]")):
            terminal.press(key)
            assert terminal.shows(sign), terminal.text()
        assert terminal.comes_to(lambda: states(terminal)[:1] == ["down"]), terminal.text()
        terminal.press("enter")
        assert terminal.shows("Broken at the") and terminal.shows("✖ port"), terminal.text()
        terminal.press("escape")
        assert terminal.shows("STATE"), terminal.text()
        terminal.press("?")
        assert terminal.shows("quit"), terminal.text()


@test
def nothing_is_sent_when_nothing_changed():
    with FakeTailnet(STILL) as fake, Terminal(fake) as terminal:
        assert terminal.shows("llama-") and terminal.shows("Ollama"), terminal.text()
        assert terminal.quiet(2.5), terminal.received[-200:]
        # The clock's minute may end in one of the two, and is drawn up to a second later, but not in both.
        assert terminal.read(2.5) == 0 or terminal.read(2.5) == 0, terminal.received[-200:]


@test
def a_filter_keeps_what_it_names():
    with FakeTailnet(path=DEMO) as fake, Terminal(fake, 120, 40) as terminal:
        assert terminal.shows("Ollama") and terminal.shows("LiteLLM"), terminal.text()
        terminal.press("\\", *"server:ollama", "enter")
        assert terminal.loses("LiteLLM") and terminal.loses("vLLM"), terminal.text()
        assert terminal.shows("Ollama"), terminal.text()


@test
def any_size_down_to_40_by_8_and_below_is_drawn():
    with FakeTailnet(path=DEMO) as fake, Terminal(fake, 200, 50) as terminal:
        assert terminal.shows("nothing listens")
        for width, height in ((80, 24), (40, 10), (40, 8), (20, 3), (10, 1), (120, 30)):
            terminal.resize(width, height)
            terminal.read(0.5)
            assert terminal.comes_to(lambda: terminal.text().strip()), (width, height)
        assert terminal.shows("not-listening"), terminal.text()


@test
def ascii_is_drawn_where_the_locale_is_not_utf_8():
    with FakeTailnet(STILL) as fake, Terminal(fake, locale="C") as terminal:
        assert terminal.shows("llama-")
        assert all(byte < 0x80 for byte in terminal.received), terminal.text()


@test
def q_and_f10_leave_the_terminal_as_it_was():
    for key in ("q", "f10"):
        with FakeTailnet(STILL) as fake, Terminal(fake) as terminal:
            assert terminal.shows("gpu1")
            terminal.press(key)
            assert terminal.wait() == 0
            assert terminal.is_restored(), terminal.received[-200:]


@test
def q_closes_what_is_open_before_it_quits():
    with FakeTailnet(STILL) as fake, Terminal(fake) as terminal:
        assert terminal.shows("llama-"), terminal.text()
        for opening, sign in (("?", "LOOK"), ("enter", "base URL for"), (KEY_F6, "Sort by")):
            terminal.press(opening)
            assert terminal.shows(sign), terminal.text()
            terminal.press("q")
            assert terminal.loses(sign) and terminal.wait(0.2) is None, (opening, terminal.text())
        terminal.press("q")
        assert terminal.wait() == 0 and terminal.is_restored()


@test
def ctrl_c_quits_from_a_prompt():
    with FakeTailnet(STILL) as fake, Terminal(fake) as terminal:
        assert terminal.shows("gpu1")
        terminal.press("/", "q")
        assert terminal.shows("search: q"), terminal.text()
        terminal.press("\x03")
        assert terminal.wait() == 0 and terminal.is_restored()


@test
def a_capital_q_leaves_the_last_screen():
    with FakeTailnet(STILL) as fake, Terminal(fake, 100, 24) as terminal:
        assert terminal.shows("llama-") and terminal.shows("Ollama"), terminal.text()
        terminal.press("Q")
        assert terminal.wait() == 0 and terminal.is_restored()
        left = terminal.received[terminal.received.rfind(b"\x1b[?1049l"):].decode()
        assert "llama-serv" in left and "Ollama" in left and "[1 Fleet]" in left, left


@test
def what_was_chosen_with_keys_is_there_in_the_next_run():
    with FakeTailnet(STILL) as fake:
        kept = os.path.join(fake.environment["XDG_STATE_HOME"], "tsllm-top", "screen")
        top("--once", "--theme", "nosuch", fake=fake)
        assert not os.path.exists(kept)
        with Terminal(fake, 120, 24) as terminal:
            assert terminal.shows("llama-"), terminal.text()
            terminal.press("T", ">")
            assert terminal.shows("PEER\u2191"), terminal.text()
            terminal.press("q")
            assert terminal.wait() == 0
        with open(kept, encoding="utf-8") as file:
            lines = file.read().splitlines()
        assert "sort = Fleet:peer:rising" in lines and "theme-instead-of = default" in lines, lines
        assert os.stat(kept).st_mode & 0o77 == 0
        with Terminal(fake, 120, 24) as terminal:
            assert terminal.shows("PEER\u2191"), terminal.text()
            terminal.press("I", "I")
            terminal.press("q")
            assert terminal.wait() == 0


@test
def mistakes_in_the_configuration_are_on_the_screen_until_escape():
    with FakeTailnet(STILL) as fake:
        with open(fake.config, "a", encoding="utf-8") as file:
            file.write("\nno-such-key = 1\n")
        with Terminal(fake, 120, 24, "--theme", "nosuch") as terminal:
            assert terminal.shows("no-such-key") and terminal.shows("1 more: Esc"), terminal.text()
            assert terminal.shows("q quit"), terminal.text()
            terminal.press("escape")
            assert terminal.shows("there is no theme 'nosuch'"), terminal.text()
            terminal.press("escape")
            assert terminal.loses("nosuch"), terminal.text()
        ended = top("--once", "--theme", "nosuch", fake=fake)
        assert "there is no theme 'nosuch'" in ended.errors and "no-such-key" in ended.errors, ended.errors


@test
def the_first_run_says_so_and_keeps_the_key_bar():
    scenario = STILL.replace(" pinned", "").replace("config period = 3600", "config discover = all\nconfig ports = 18080")
    with FakeTailnet(scenario) as fake, Terminal(fake, 120, 24) as terminal:
        assert terminal.shows("first run: looking for LLM servers"), terminal.text()
        assert terminal.comes_to(lambda: "q quit" in terminal.text().splitlines()[-1]), terminal.text()
        terminal.press("escape")
        assert terminal.loses("first run"), terminal.text()


@test
def a_ping_is_told_and_stands_in_the_detail():
    with FakeTailnet(STILL) as fake, Terminal(fake, 120, 40) as terminal:
        assert terminal.shows("llama-"), terminal.text()
        terminal.press("P")
        assert terminal.shows("gpu1  disco ") and "TSMP" in terminal.text().splitlines()[-1], terminal.text()
        terminal.press("enter")
        assert terminal.shows("disco  ping: "), terminal.text()


@contextlib.contextmanager
def an_ssh(script):
    """A folder with an `ssh` that does this."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "ssh")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\n{script}\n")
        os.chmod(path, 0o755)
        yield {"PATH": f"{folder}:{os.environ['PATH']}"}


@test
def ssh_has_the_terminal_until_it_ends():
    with FakeTailnet(STILL) as fake, an_ssh('echo "words: $*"; stty -a | grep -o "[^ ]*icanon"; read line; echo "read $line"; sleep 1') as path, \
            Terminal(fake, 100, 24, variables=path) as terminal:
        assert terminal.shows("llama-"), terminal.text()
        terminal.press("S")
        assert terminal.shows("words: -- gpu1."), terminal.text()
        assert terminal.shows("icanon") and "-icanon" not in terminal.text(), terminal.text()
        terminal.resize(90, 20)
        terminal.press("j", "k", "q", "\r")
        assert terminal.shows("read jkq"), terminal.text()
        assert terminal.shows("[1 Fleet]") and terminal.shows("q quit"), terminal.text()
        terminal.press("q")
        assert terminal.wait() == 0 and terminal.is_restored(), terminal.received[-200:]


@test
def an_ssh_that_fails_stays_on_the_screen_until_enter():
    with FakeTailnet(STILL) as fake, an_ssh('echo "host key changed"; exit 255') as path, \
            Terminal(fake, 100, 24, variables=path) as terminal:
        assert terminal.shows("llama-"), terminal.text()
        terminal.press("S")
        assert terminal.shows("host key changed") and terminal.shows("Enter goes back"), terminal.text()
        terminal.press("\r")
        assert terminal.shows("q quit") and terminal.loses("host key changed"), terminal.text()


@test
def every_signal_that_ends_it_leaves_the_terminal_as_it_was():
    quiet = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    with FakeTailnet(STILL) as fake:
        for number in (*quiet, *DEADLY):
            with Terminal(fake) as terminal:
                assert terminal.shows("gpu1")
                terminal.kill(number)
                assert terminal.is_restored(), (number, terminal.received[-200:])
                assert os.WIFEXITED(terminal.status) if number in quiet else os.WTERMSIG(terminal.status) == number, \
                    (number, terminal.status)


@test
def a_terminal_of_any_size_is_drawn_and_left():
    with FakeTailnet(STILL) as fake:
        for width, height in ((40000, 24), (80, 40000), (65535, 65535), (5000, 5000)):
            for is_from_the_start in (False, True):
                with Terminal(fake) as terminal:
                    assert is_from_the_start or terminal.shows("gpu1")
                    before = len(terminal.received)
                    terminal.announce(width, height)
                    assert terminal.comes_to(lambda: len(terminal.received) > before)
                    terminal.press("2")
                    terminal.read(0.5)
                    assert terminal.wait(0.1) is None, (width, height, terminal.status)
                    assert resident_mb(terminal.child) < 300, (width, height)
                    terminal.press("q")
                    assert terminal.wait(8) == 0 and terminal.is_restored(), (width, height, terminal.status)


@test
def the_environment_has_a_word_where_the_terminal_has_none_and_no_more():
    with FakeTailnet(STILL) as fake:
        fake.environment.update(LINES="40000", COLUMNS="80")
        for size in ((80, 24), (0, 0)):
            with Terminal(fake) as terminal:
                terminal.announce(*size)
                assert terminal.shows("gpu1") and terminal.wait(0.1) is None, (size, terminal.status)
                terminal.press("q")
                assert terminal.wait(8) == 0 and terminal.is_restored(), (size, terminal.status)


@test
def too_few_descriptors_are_said_before_the_screen_opens():
    with FakeTailnet(STILL) as fake:
        for files in (5, 8, 16):
            with Terminal(fake, files=files) as terminal:
                assert os.waitstatus_to_exitcode(terminal.wait()) == 71, (files, terminal.status)
                assert b"not enough file descriptors" in terminal.received and b"\x1b" not in terminal.received, terminal.received


@test
def a_terminal_that_was_too_large_is_drawn_again_when_it_shrinks():
    with FakeTailnet(STILL) as fake, Terminal(fake) as terminal:
        assert terminal.shows("llama-")
        terminal.announce(5000, 5000)
        terminal.read(0.5)
        terminal.resize(80, 24)
        terminal.press("\x0c")
        assert terminal.shows("llama-") and terminal.shows("[1 Fleet]"), terminal.text()


def heads(terminal):
    """The number of the line with the heads of the columns, where one is marked as sorted; 0: there is none."""
    return next((y for y, line in enumerate(terminal.text().splitlines(), 1) if y > 3 and re.search(r"\w[↓↑]", line)), 0)


@test
def a_key_of_another_view_and_a_click_in_one_read_are_borne():
    with FakeTailnet(path=DEMO) as fake, Terminal(fake, 100, 24, "--mouse=on") as terminal:
        assert terminal.shows("not-listening"), terminal.text()
        for first, then in (("2", "6"), ("1", "6"), ("2", "4"), ("1", "3"), ("3", "1")):
            for x in (15, 40, 60, 75, 95):
                terminal.press(first)
                assert terminal.shows(f"[{first} ") and heads(terminal), (first, then, terminal.wait(0.1))
                terminal.press(f"{then}\x1b[<0;{x};{heads(terminal)}M")
                assert terminal.shows(f"[{then} "), (first, then, x, terminal.wait(0.1))
                assert " by " not in terminal.text().splitlines()[2], (first, then, x, terminal.text())


@test
def what_is_copied_is_the_url_whatever_its_length():
    with FakeTailnet(STILL) as fake, Terminal(fake) as terminal:
        assert terminal.shows("llama-") and terminal.shows("Ollama"), terminal.text()
        for _ in range(2):
            terminal.press("y")
            assert terminal.shows("clipboard: http"), terminal.text()
            terminal.press("j")
            assert terminal.loses("clipboard"), terminal.text()
    copied = [base64.b64decode(text, validate=True).decode() for text in re.findall(rb"\x1b]52;c;([^\x07]*)\x07", terminal.received)]
    assert len(set(copied)) == 2 and all(re.fullmatch(r"https?://gpu1\.\S+(/ollama|:18080)", url) for url in copied), copied
    assert any(len(url) % 3 for url in copied), copied


@test
def in_tmux_a_copy_says_what_tmux_must_be_told():
    with FakeTailnet(STILL) as fake, Terminal(fake, 100, 24, variables={"TMUX": "/tmp/tmux-0/default,1,0"}) as terminal:
        assert terminal.shows("Ollama"), terminal.text()
        terminal.press("y")
        assert terminal.shows("tmux set -s set-clipboard on"), terminal.text()


@test
def the_wheel_moves_the_selection_and_opens_nothing():
    with FakeTailnet(STILL) as fake, Terminal(fake, 140, 24, "--mouse=on") as terminal:
        assert terminal.shows("llama-") and terminal.shows("Ollama"), terminal.text()
        rows = [line for line in terminal.text().splitlines() if "gpu1" in line]
        y = terminal.text().splitlines().index(rows[1]) + 1
        terminal.press(f"\x1b[<65;10;{y}M", f"\x1b[<65;10;{y}M", f"\x1b[<64;10;{y}M", f"\x1b[<64;10;{y}M")
        terminal.quiet()
        assert "VERDICTS" not in terminal.text() and "[1 Fleet]" in terminal.text(), terminal.text()
        terminal.press("y")
        assert terminal.shows("clipboard: http"), terminal.text()
        message = terminal.text().splitlines()[-1]
        assert ("18080" in message) == ("18080" in rows[0]), (message, rows)


@test
def what_is_pasted_is_drawn_only_as_wide_as_it_is_and_never_hidden():
    with FakeTailnet(STILL) as fake, Terminal(fake) as terminal:
        assert terminal.shows("gpu1")
        terminal.press("/", "a\u202e\u200b\u2066\U0001bca0\u3248w\u0cbfb")
        assert terminal.shows("search: a\ufffdw\ufffdb_"), terminal.text()
        for character in "\u202e\u200b\u2066\U0001bca0\u3248\u0cbf":
            assert character.encode() not in terminal.received, f"U+{ord(character):04X}"
        terminal.press("\u2728\U0001f7e2")
        assert terminal.shows("b\u2728\U0001f7e2_"), terminal.text()


@test
def a_theme_in_the_folder_where_it_is_started_is_nobodys():
    with tempfile.TemporaryDirectory() as folder, FakeTailnet(STILL) as fake:
        os.mkdir(os.path.join(folder, "themes"))
        os.mkfifo(os.path.join(folder, "themes", "aa-pipe.theme"))
        with Terminal(fake, folder=folder) as terminal:
            assert terminal.shows("gpu1")
            terminal.press("T")
            assert not terminal.shows("aa-pipe", 0.5), terminal.text()
            terminal.press("2")
            assert terminal.shows("[2 Paths]"), terminal.text()


@test
def a_pipe_among_ones_own_themes_holds_nothing_up():
    with tempfile.TemporaryDirectory() as folder, FakeTailnet(STILL) as fake:
        themes = os.path.join(folder, "tsllm-top", "themes")
        os.makedirs(themes)
        os.mkfifo(os.path.join(themes, "aa-pipe.theme"))
        os.mkdir(os.path.join(themes, "ab-folder.theme"))
        with open(os.path.join(themes, "ac-\u202ename.theme"), "w", encoding="utf-8") as file:
            file.write("ok = red\n")
        fake.environment["XDG_CONFIG_HOME"] = folder
        with Terminal(fake) as terminal:
            assert terminal.shows("gpu1")
            for _ in range(12):
                terminal.press("T")
                terminal.read(0.1)
            terminal.press("2")
            assert terminal.shows("[2 Paths]"), terminal.text()
            assert "\u202e".encode() not in terminal.received and "ac-" not in terminal.received.decode("utf-8", "replace")


@test
def without_colours_only_what_stands_out_is_reversed():
    with FakeTailnet(STILL) as fake:
        for words in (("xterm-256color", {"NO_COLOR": "1"}), ("vt220", {})):
            with Terminal(fake, 100, 24, term=words[0], variables=words[1]) as terminal:
                assert terminal.shows("llama-") and terminal.shows("Ollama"), terminal.text()
                terminal.quiet()
                rows = [y for y in range(24) if terminal.screen.buffer[y][40].reverse]
                assert len(rows) == 1 and "gpu1" in terminal.text().splitlines()[rows[0]], (words, rows, terminal.text())
                assert re.search(rb"\x1b\[[0-9;]*(3[0-7]|4[0-7])m", terminal.received) is None, words


@test
def a_dumb_terminal_gets_a_snapshot():
    with FakeTailnet(STILL) as fake, Terminal(fake, term="dumb") as terminal:
        assert terminal.wait(10) == 0
        assert b"status: ok (0)" in terminal.received and b"\x1b" not in terminal.received


@test
def the_peers_are_there_before_any_server_answered():
    scenario = STILL.replace("pinned", "pinned delay 60000")
    with FakeTailnet(scenario) as fake, Terminal(fake) as terminal:
        assert terminal.shows("1 peer "), terminal.text()
        assert "ok" not in "".join(line for line in terminal.text().splitlines() if "18443" in line)


if __name__ == "__main__":
    main()
