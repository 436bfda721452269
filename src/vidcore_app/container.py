"""The table of what is made of what: `adapters`, `requested`, and here what works beside requests.

These three are all that imports dependency-injector. Arguments of providers are not checked by type
checkers, so a test resolves every one of them.
"""

import asyncio
from functools import partial

from dependency_injector import providers

from adapters_db.patient_store import PatientStore
from adapters_jobs.webhooks import WebhookWorker
from adapters_jobs.worker import Worker
from vidcore.lifecycle import HEARTBEAT
from vidcore.signatures import webhook_key
from vidcore.use_cases import (
    checking,
    claiming,
    delivering,
    housekeeping,
    processing,
    repairing,
)
from vidcore_app.adapters import Adapters
from vidcore_app.requested import RequestedUseCases


def _webhook_key(secret: str | None) -> bytes:
    """Give the key of a secret; where there is none, nothing is signed."""
    return b"" if secret is None else webhook_key(secret)


class Container(RequestedUseCases):
    """Everything, made once."""

    make_config = providers.Singleton(
        housekeeping.MakeConfig, store=Adapters.store, clock=Adapters.clock
    )
    make_admin = providers.Singleton(
        housekeeping.MakeAdmin,
        store=Adapters.store,
        passwords=Adapters.passwords,
        ids=Adapters.ids,
        clock=Adapters.clock,
    )
    needs_admin = providers.Singleton(housekeeping.NeedsAdmin, store=Adapters.store)
    reset_week = providers.Singleton(
        housekeeping.ResetWeek, store=Adapters.store, clock=Adapters.clock
    )
    tidy_up = providers.Singleton(
        housekeeping.TidyUp, store=Adapters.store, uploads=Adapters.uploads, clock=Adapters.clock
    )

    check_platform = providers.Singleton(
        checking.CheckPlatform,
        store=Adapters.store,
        uploads=Adapters.uploads,
        media=Adapters.media,
        inventory=Adapters.inventory,
        transcoder=Adapters.transcoder,
        clock=Adapters.clock,
        repairing=providers.Singleton(
            repairing.Repair,
            store=Adapters.store,
            uploads=Adapters.uploads,
            inventory=Adapters.inventory,
            queue=Adapters.queue,
            pictures=providers.Singleton(
                repairing.RemakePictures,
                store=Adapters.store,
                media=Adapters.media,
                inventory=Adapters.inventory,
                transcoder=Adapters.transcoder,
            ),
            clock=Adapters.clock,
        ),
        pause=providers.Object(partial(asyncio.sleep, checking.SETTLING.total_seconds())),
    )

    recover_own = providers.Singleton(
        claiming.RecoverOwn,
        store=Adapters.store,
        media=Adapters.media,
        queue=Adapters.queue,
        clock=Adapters.clock,
        outbox=RequestedUseCases.outbox,
    )
    rescue_lost = providers.Singleton(
        claiming.RescueLost,
        store=Adapters.store,
        media=Adapters.media,
        queue=Adapters.queue,
        clock=Adapters.clock,
        outbox=RequestedUseCases.outbox,
        pause=providers.Object(partial(asyncio.sleep, HEARTBEAT.total_seconds())),
    )
    patient_store = providers.Singleton(PatientStore, Adapters.store)
    worker = providers.Singleton(
        Worker,
        claim=providers.Singleton(
            claiming.ClaimVideo,
            store=Adapters.store,
            media=Adapters.media,
            clock=Adapters.clock,
            outbox=RequestedUseCases.outbox,
        ),
        process=providers.Singleton(
            processing.ProcessVideo,
            store=patient_store,
            uploads=Adapters.uploads,
            media=Adapters.media,
            transcoder=Adapters.transcoder,
            clock=Adapters.clock,
            copying=Adapters.settings.provided.copy_playable,
            outbox=RequestedUseCases.outbox,
        ),
        report=providers.Singleton(
            claiming.ReportProgress, store=Adapters.store, clock=Adapters.clock
        ),
        end=providers.Singleton(
            claiming.EndAttempt,
            store=patient_store,
            media=Adapters.media,
            queue=Adapters.queue,
            clock=Adapters.clock,
            outbox=RequestedUseCases.outbox,
        ),
        # Not patient: who stops while the database is away leaves it to the lease.
        hand_back=providers.Singleton(
            claiming.HandBack, store=Adapters.store, queue=Adapters.queue, clock=Adapters.clock
        ),
        queue=Adapters.queue,
        concurrency=Adapters.settings.provided.worker_concurrency,
    )
    webhook_worker = providers.Singleton(
        WebhookWorker,
        deliver=providers.Singleton(
            delivering.DeliverNext,
            store=Adapters.store,
            sender=Adapters.webhook_sender,
            clock=Adapters.clock,
            key=providers.Singleton(_webhook_key, Adapters.settings.provided.webhook_secret),
        ),
        urls=Adapters.settings.provided.webhook_urls,
    )
