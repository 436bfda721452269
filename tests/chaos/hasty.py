"""`vidcore`, with leases of three seconds: for proofs that would else wait for half a minute."""

from datetime import timedelta

from vidcore import lifecycle, videos

LEASE = timedelta(seconds=3)


def main() -> None:
    """Be `vidcore`, which reads these when it is imported."""
    vars(lifecycle).update(LEASE=LEASE, HEARTBEAT=LEASE / 3)
    vars(videos).update(LEASE=LEASE)
    from adapters_jobs import fleet_worker  # noqa: PLC0415 - not before the lease is short

    vars(fleet_worker).update(POLL=LEASE / 3, RESCUE=LEASE / 3)
    from vidcore_app.__main__ import main as vidcore  # noqa: PLC0415 - not before that

    vidcore()


if __name__ == "__main__":
    main()
