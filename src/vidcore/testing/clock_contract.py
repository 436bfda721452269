"""What every clock promises."""

from datetime import timedelta

from vidcore.ports.clock import Clock


class ClockContract:
    """Give a fixture `clock`: a Clock."""

    def test_the_time_is_aware_and_in_utc(self, clock: Clock) -> None:
        """So that nobody has to convert it."""
        assert clock.now().utcoffset() == timedelta()

    def test_the_time_does_not_run_backwards(self, clock: Clock) -> None:
        """At least not from one look to the next."""
        moments = [clock.now() for _ in range(100)]

        assert moments == sorted(moments)

    def test_what_has_elapsed_never_gets_less(self, clock: Clock) -> None:
        """Whatever is done to the time."""
        spans = [clock.elapsed() for _ in range(100)]

        assert spans == sorted(spans)
        assert spans[0] >= timedelta()
