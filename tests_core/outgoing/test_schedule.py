from datetime import timedelta

import pytest

from core.outgoing.schedule import MINUTES, Schedule, ScheduleError, parse, rest


def never():
    return 0.0


def minutes(schedule):
    return [pause / timedelta(minutes=1) for pause in schedule.pauses]


def test_the_default_is_two_days():
    pauses = minutes(Schedule())
    assert pauses == [2, 5, 15, 30, 60, 120, 240, 480, 480, 480, 480, 480]
    assert 47 * 60 < sum(pauses) <= 48 * 60


def test_after_the_last_try_there_is_no_other():
    schedule = Schedule()
    assert schedule.pause(1, chance=never) == timedelta(minutes=2)
    assert schedule.pause(12, chance=never) == timedelta(hours=8)
    assert schedule.pause(13, chance=never) is None


def test_jitter_only_adds_and_never_more_than_a_tenth():
    assert Schedule().pause(4, chance=lambda: 1.0) == timedelta(minutes=33)
    for _ in range(50):
        assert timedelta(minutes=30) <= Schedule().pause(4) <= timedelta(minutes=33)


def test_the_wish_of_the_server_is_honoured():
    assert Schedule().pause(1, 900, chance=never) == timedelta(minutes=15)
    assert Schedule().pause(5, 60, chance=never) == timedelta(hours=1)
    assert Schedule().pause(13, 60, chance=never) is None
    assert rest(1, 3600, chance=never) == timedelta(hours=1)


def test_a_server_rests_longer_each_time_up_to_half_an_hour():
    rests = [rest(faults, chance=never) for faults in range(1, 9)]
    assert rests == sorted(rests)
    assert (rests[0], rests[-1]) == (timedelta(minutes=2), timedelta(minutes=30))


def test_settings():
    assert parse(None) == parse("  ") == MINUTES
    assert parse("1, 2;3 4") == (1, 2, 3, 4)
    assert minutes(Schedule(parse("10"), 1)) == [10] * 6
    assert Schedule(parse("90"), 1).pause(1) is None, "One try only"
    assert len(Schedule((1,), 10_000).pauses) == 200
    for wrong in ("two", "0", "-1", "1.5", "9999999"):
        with pytest.raises(ScheduleError) as caught:
            parse(f"2, {wrong}")
        assert caught.value.params == {"entry": wrong}
