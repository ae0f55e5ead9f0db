from control_plane import attempt

from hearth_runner.pending import FRAME_BYTES, MOST_LOG_BYTES, PendingFrames
from hearth_runner.wire import LogLine


def line(text):
    return LogLine(attempt=attempt(1), text=text)


def frames(pending):
    return list(iter(pending.next, None))


def test_a_frame_is_closed_at_one_mebibyte():
    pending = PendingFrames()
    for _ in range(20):
        pending.log(line("x" * (FRAME_BYTES // 8)))
    assert [len(frame.logs) for frame in frames(pending)] == [8, 8, 4]


def test_only_news_about_parking_is_told():
    pending = PendingFrames()
    pending.park(attempt(1), True)
    pending.park(attempt(1), False)
    assert frames(pending) == []
    pending.park(attempt(1), True)
    assert [parking.parked for parking in pending.next().parkings] == [True]
    pending.park(attempt(1), True)
    assert frames(pending) == []
    pending.repeat_parking(attempt(1), True)
    assert [parking.parked for parking in pending.next().parkings] == [True]


def test_lines_that_cannot_be_sent_are_counted():
    pending = PendingFrames()
    for _ in range(10):
        pending.log(line("x" * (MOST_LOG_BYTES // 8)))
    assert frames(pending)[-1].logs[-1].text == "[2 lines were lost here: printed faster than they could be sent]"


def test_when_the_stream_ends_lines_are_kept():
    pending = PendingFrames()
    pending.log(line("kept"))
    pending.park(attempt(1), True)
    pending.keep_only_logs()
    (frame,) = frames(pending)
    assert [each.text for each in frame.logs] == ["kept"] and not frame.parkings
