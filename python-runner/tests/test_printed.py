from hearth_runner.printed import LONGEST_LINE_BYTES, PrintedLines


def printed(*pieces, most=0):
    lines = []
    log = PrintedLines(lambda text, error: lines.append((text, error)), lambda: most)
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
