from hearth_runner.printed import LONGEST_LINE_BYTES, PrintedLines


def printed(*pieces, most=0):
    lines = []
    log = PrintedLines(lambda text, error, is_open: lines.append((text, error)), lambda: most)
    for piece, error in pieces:
        log.write(piece, error)
    log.finish()
    return lines


def test_lines_are_whole_and_streams_apart():
    assert printed((b"a", False), (b"err\n", True), (b"b\r\nc", False)) == [("err", True), ("ab", False), ("c", False)]


def test_a_line_without_end_is_cut_between_characters():
    text = "é" * LONGEST_LINE_BYTES
    lines = [line for line, _ in printed((("x" + text).encode(), False))]
    assert "".join(lines) == "x" + text
    assert all(len(line.encode()) <= LONGEST_LINE_BYTES + 3 for line in lines)


def test_behind_the_bound_stands_one_mark_and_nothing_more():
    lines = printed(*[(b"0123456789\n", False)] * 1_000, most=2 << 10)
    assert lines[-1] == ("[log cut: more than 2 KB; the rest was dropped]", True)
    assert len(lines) == (2 << 10) // 11 + 1


def test_what_is_no_text_is_a_line_all_the_same():
    assert printed((b"\xff\xfe\n", False)) == [("��", False)]


class Live:
    """What a reader sees while time passes: .. stands behind what goes on."""

    def __init__(self):
        self.lines = []
        self._now = 0.0
        sink = lambda text, error, is_open: self.lines.append(text + (".." if is_open else ""))  # noqa: E731
        self.log = PrintedLines(sink, lambda: 0, lambda: self._now)

    def prints(self, text, seconds=0.0):
        self.log.write(text if isinstance(text, bytes) else text.encode(), True)
        self._now += seconds
        self.log.send_begun()


def test_a_line_that_replaces_itself_is_kept_as_it_stands_each_second():
    live = Live()
    for i in range(1, 601):
        live.prints(f"\r{i}/600", 0.05)
    live.log.finish()
    assert 25 <= len(live.lines) <= 31
    assert live.lines[-1] == "\r600/600"
    assert all(line.startswith("\r") for line in live.lines[1:])


def test_a_flood_of_returns_is_bounded():
    live = Live()
    for i in range(100_000):
        live.prints(f"\r{i}")
    live.prints("\rdone\n")
    assert live.lines == ["done"]


def test_a_return_before_a_line_feed_ends_the_line_however_they_arrive():
    live = Live()
    live.prints("one\r")
    live.prints("\ntwo\r\r\nthree\r", 1.0)
    live.prints("\n")
    assert live.lines == ["one", "two", "three..", ""]


def test_half_a_line_is_sent_after_a_second_and_goes_on_in_its_place():
    live = Live()
    live.prints("working", 0.5)
    assert live.lines == []
    live.prints("", 0.5)
    live.prints(".", 1.0)
    live.prints(" done\nnext\n")
    assert live.lines == ["working..", "...", " done", "next"]


def test_no_piece_ends_within_a_character():
    live = Live()
    fire = "x🔥".encode()
    live.prints(fire[:3], 1.0)
    live.prints(fire[3:], 1.0)
    live.prints("ä\n")
    assert live.lines == ["x..", "🔥..", "ä"]


def test_a_line_of_many_pieces_is_cut_too():
    live = Live()
    for _ in range(100):
        live.prints("x" * 1_000, 1.0)
    live.log.finish()
    assert len([line for line in live.lines if not line.endswith("..")]) == 2
    assert "".join(live.lines).count("x") == 100_000
