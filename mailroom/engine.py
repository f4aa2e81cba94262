"""The engine: durable workflows on DBOS Transact, in our own database. Nothing else knows that library.

What holds after a crash: a workflow that was begun is begun again at its first unfinished step when a process with the
same node name starts; a finished step is not run a second time. Arguments and results are ids and small JSON: the
truth stays in our tables. A process without the worker role only puts work into the queue.

What it does not do: it knows no order of steps (workflow.py) and no meaning of an id (steps).
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

import sqlalchemy
from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions, SetWorkflowID, _workflow_commands
from dbos import Serializer as DbosSerializer
from dbos._dbos import _get_or_create_dbos_registry

from mailroom.errors import MailroomError, PermanentFailure
from mailroom.log import get_logger
from mailroom.queues import Taker
from mailroom.steps.house import House
from mailroom.store.signals import Listener, send
from mailroom.workflow import STORIES, Kind, Plan

log = get_logger("engine")

Json = TypeVar("Json")
AfterStep = Callable[[str, str], None]
"""Called with a step's name and its item's id once the step is finished, before its result is recorded."""

APPLICATION = "mailroom"
APPLICATION_VERSION = "1"  # counts changes of the stories that an unfinished workflow could not survive
QUEUE = "mailroom"
OUT = "mailroom_out"
QUEUES = (QUEUE, OUT)
OUTWARD: frozenset[Kind] = frozenset({"delivery", "report"})
"""What needs the relay and the vault: where nodes share the work, only those with the role sender do it."""
TOO_MANY_TAKE_OVERS = "nodes_ended"  # a reason
STEP_TRIES = 8  # with the waits below: about a minute, enough for a database that restarts
FIRST_WAIT_SECONDS = 0.5
BACKOFF = 2.0
POLL_SECONDS = 1.0
ROOM_AFTER_SECONDS = (0.05, 0.5, 2.0)
"""So long after the end of a story DBOS has recorded it and lets the next one in; on a busy machine, later."""
MAX_TAKE_OVERS = 3
QUIET_SECONDS = 2.0
RARELY_SECONDS = 30.0
FORGET_AT_MOST = 1000


class StepFailed(Exception):
    """A failure that was recorded by an earlier run of the same workflow."""


class _Leaving(BaseException):  # no Exception: DBOS records one of those as the outcome, and nothing is to be recorded
    """The process ends: the story stops here and goes on at this step at the next start."""


class JsonSerializer(DbosSerializer):
    """JSON instead of pickle: what stands in the database can be read by people and cannot run code."""

    def serialize(self, data: Any) -> str:
        """Return JSON; an exception becomes its kind and its text."""
        if isinstance(data, BaseException):
            data = {"exception": type(data).__name__, "text": str(data)[:1000]}
        return json.dumps(data, default=_plain)

    def deserialize(self, serialized_data: str) -> Any:
        """Return what `serialize` was given; an exception comes back as `StepFailed`."""
        data = json.loads(serialized_data)
        if isinstance(data, dict) and data.keys() == {"exception", "text"}:
            return StepFailed(f"{data['exception']}: {data['text']}")
        return data

    def name(self) -> str:
        """Return the name under which DBOS notes how a value was written."""
        return "mailroom_json"


def _plain(value: object) -> object:
    if isinstance(value, BaseException):
        return {"exception": type(value).__name__, "text": str(value)[:1000]}
    raise TypeError(f"{type(value).__name__} is no JSON")


class Engine:
    """Runs the stories of workflow.py. One in a process, because DBOS is one in a process."""

    def __init__(  # noqa: PLR0913 each is a fact of its own, and all but the first are named
        self,
        house: House,
        *,
        node: str,
        workers: int,
        polls: bool = False,
        serves: Collection[str] = (),
        heir_of: Callable[[str], bool] = lambda _node: False,
        after_step: AfterStep | None = None,
        stories: Mapping[Kind, Plan] = STORIES,
    ) -> None:
        """Prepare; nothing runs before `launch`.

        `node` names this process among all that share the database and is the same at its next start. `polls`: take
        work that other processes put into the queue. `serves`: where nodes share the work, the queues that this one
        takes it from; then everything goes through a queue, so that whoever is free begins it. `heir_of` says of
        another node that it will not come back and that its work is ours. `after_step` is told of every finished step.
        """
        self._house = house
        self._node = node
        self._workers = workers
        self._polls = polls
        self._serves = tuple(serves)
        self._stories = stories
        self._heir_of = heir_of
        self._after_step = after_step
        self._active: set[str] = set()
        self._takers: dict[str, Taker] = {}
        self._listener: Listener | None = None
        self._lock = threading.Lock()
        self._workflows = {kind: self._register(kind, plan) for kind, plan in stories.items()}
        _log_as_we_do()
        # A thread for each story that may be taken, and one more: DBOS puts its own recovery there.
        threads = workers * max(1, len(self._serves)) + 1
        DBOS(config=_config(house.store.engine, node=node, threads=threads))
        if house.store.engine.dialect.name == "sqlite":
            _look_rarely()

    def launch(self) -> None:
        """Start, and take up what this node and those that it inherits from left unfinished."""
        if self._serves or not self._polls:
            DBOS.listen_queues(())
        DBOS.launch()
        for name in QUEUES if self._serves else (QUEUE,) if self._polls else ():
            # No more than is worked on: what waits here could be under way on another node.
            queue = DBOS.register_queue(name, worker_concurrency=self._workers, polling_interval_sec=POLL_SECONDS)
            if name in self._serves:
                self._takers[name] = Taker(queue, self._workers)
        if self._serves:
            self._listener = Listener(self._house.store.engine, self._hear)
        # DBOS refuses a blocking question in a thread with an event loop, and the daemon starts in such a thread.
        with ThreadPoolExecutor(1) as elsewhere:
            elsewhere.submit(self._inherit).result()

    def _inherit(self) -> None:
        """Take up what was under way in a process that is gone, and what waits in a queue that nobody asks."""
        under_way = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        others = [row for row in under_way if row.executor_id and row.executor_id != self._node]
        left = [row.workflow_id for row in others if self._heir_of(str(row.executor_id))]
        if self._serves:
            self._put_back(left)
            return
        if not self._polls:
            waiting = DBOS.list_workflows(status="ENQUEUED", queue_name=QUEUE, load_input=False, load_output=False)
            left += [row.workflow_id for row in waiting]
        if left:
            log.info("work_inherited", stories=len(left))
            DBOS.resume_workflows(left)

    def start(self, kind: Kind, item_id: str, *, again: str = "") -> None:
        """Begin the story of an item, straight away. The same `kind`, `item_id` and `again` begin only once.

        Where nodes share the work, it is put into its queue instead, and whoever has room takes it.
        """
        with SetWorkflowID(workflow_id(kind, item_id, again)):
            if not self._serves:
                DBOS.start_workflow(self._workflows[kind], item_id)
                return
            DBOS.enqueue_workflow(queue_of(kind), self._workflows[kind], item_id)
        self._wake(queue_of(kind))

    def _wake(self, queue: str) -> None:
        """Have the queue asked at once: by this node where it has room, else by the others."""
        taker = self._takers.get(queue)
        if taker is not None:
            taker.look()
        if taker is None or self._is_full():
            send(self._house.store.engine, f"{queue} {self._node}")

    def _hear(self, word: str) -> None:
        """Ask the queue that another node put something into."""
        queue, _, node = word.partition(" ")
        if queue in self._takers and node != self._node:
            self._takers[queue].look()

    def _is_full(self) -> bool:
        with self._lock:
            return len(self._active) >= self._workers

    def workers_known(self) -> frozenset[str]:
        """Return the nodes that have stories under way."""
        under_way = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        return frozenset(str(row.executor_id) for row in under_way if row.executor_id)

    def take_over(self, nodes: Collection[str]) -> dict[str, int]:
        """Put the stories that dead nodes had under way back into their queues; return how many of which node.

        A story that ended its node too often is parked instead. One that a node, still alive, goes on with is no
        longer its own: DBOS records nothing of it any more and ends it there.
        """
        left = DBOS.list_workflows(status="PENDING", executor_id=[*nodes], load_input=False, load_output=False)
        owners = {row.workflow_id: str(row.executor_id) for row in left}
        if not owners:
            return {}
        with self._house.store.unit() as unit:
            times = {name: unit.nodes.count_take_over(name, node) for name, node in owners.items()}
        self._put_back([name for name in owners if times[name] <= MAX_TAKE_OVERS])
        for name in owners:
            if times[name] > MAX_TAKE_OVERS:
                self._park_for_good(name)
        return dict(Counter(owners.values()))

    def _put_back(self, names: list[str]) -> None:
        for queue in QUEUES:
            of_queue = [name for name in names if queue_of(cast(Kind, name.partition(":")[0])) == queue]
            if of_queue:
                DBOS.resume_workflows(of_queue, queue_name=queue)
                self._wake(queue)

    def _park_for_good(self, name: str) -> None:
        kind, item_id, *_ = name.split(":")
        log.warning("item_parked", kind=kind, item=item_id, reason=TOO_MANY_TAKE_OVERS)
        try:
            self._stories[cast(Kind, kind)].parking(self._house, item_id, TOO_MANY_TAKE_OVERS)
        finally:
            DBOS.cancel_workflows([name])

    def active(self) -> frozenset[tuple[str, str]]:
        """Return (kind, item id) of every story under way or waiting, in any process that shares the database."""
        waiting = DBOS.list_workflows(status=["PENDING", "ENQUEUED", "DELAYED"], load_input=False, load_output=False)
        names = [workflow.workflow_id.split(":") for workflow in waiting]
        return frozenset((name[0], name[1]) for name in names if len(name) > 1)

    def forget_finished(self, older_than_days: int) -> None:
        """Delete the records of workflows that ended long ago; our own tables keep what they did."""
        before = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - older_than_days * 86400))
        while True:
            finished = DBOS.list_workflows(
                status=["SUCCESS", "ERROR", "CANCELLED"],
                completed_before=before,
                limit=FORGET_AT_MOST,
                load_input=False,
                load_output=False,
            )
            if finished:
                DBOS.delete_workflows([workflow.workflow_id for workflow in finished])
            if len(finished) < FORGET_AT_MOST:
                return

    def stop(self, patience_seconds: int) -> None:
        """Let running steps finish for so long, then leave; what is not finished goes on at the next start."""
        self._house.leaving.set()
        if self._listener is not None:
            self._listener.stop()
        for taker in self._takers.values():
            taker.stop()
        with self._lock:
            busy = bool(self._active)
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=patience_seconds if busy else 0)

    def _register(self, kind: Kind, plan: Plan) -> Callable[[str], None]:
        def workflow(item_id: str) -> None:
            name = DBOS.workflow_id or workflow_id(kind, item_id)
            with self._lock:
                self._active.add(name)
            try:
                self._tell(kind, plan, item_id)
            finally:
                full = self._is_full()
                with self._lock:
                    self._active.discard(name)
                for taker in self._takers.values() if full else ():
                    for seconds in ROOM_AFTER_SECONDS:
                        taker.look(seconds)

        workflow.__qualname__ = workflow.__name__ = f"mailroom_{kind}"
        return DBOS.workflow(name=kind)(workflow)

    def _tell(self, kind: Kind, plan: Plan, item_id: str) -> None:
        run = _Run(self)
        try:
            plan.story(run, item_id)
        except MailroomError as failure:
            log.warning("item_parked", kind=kind, item=item_id, reason=failure.reason, detail=str(failure))
            run(plan.parking, item_id, failure.reason)
        except Exception as failure:
            log.exception("item_parked", kind=kind, item=item_id, reason="internal")
            run(plan.parking, item_id, _reason_of(failure))

    def call(self, step: Callable[..., Json], *arguments: str) -> Json:
        """Run one step under DBOS: recorded when it ends, tried again when it fails for a passing cause."""
        name = step.__name__

        def observed() -> Json:
            if self._house.leaving.is_set():
                raise _Leaving
            try:
                result = step(self._house, *arguments)
            except PermanentFailure:
                raise
            except Exception as error:
                known = isinstance(error, MailroomError)
                log.warning("step_failed", step=name, item=arguments[0], error=str(error)[:500], exc_info=not known)
                if self._house.leaving.is_set():
                    raise _Leaving from error
                raise
            if self._after_step:
                self._after_step(name, arguments[0])
            return result

        return DBOS.run_step(
            {
                "name": name,
                "retries_allowed": True,
                "max_attempts": STEP_TRIES,
                "interval_seconds": FIRST_WAIT_SECONDS,
                "backoff_rate": BACKOFF,
                "should_retry": lambda error: not isinstance(error, PermanentFailure),
            },
            observed,
        )


class _Run:
    """What a story is given: a way to run a step, and a way to begin another story."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __call__(self, step: Callable[..., Json], *arguments: str) -> Json:
        return self._engine.call(step, *arguments)

    def begin(self, kind: Kind, item_id: str) -> None:
        self._engine.start(kind, item_id)


class Outside:
    """The engine as seen by a process that does no work itself: it puts items into the queue."""

    def __init__(self, engine: sqlalchemy.Engine) -> None:
        _log_as_we_do()
        logging.getLogger("dbos").setLevel(logging.WARNING)
        DBOS.migrate(engine.url.render_as_string(hide_password=False))  # mail may come before any worker ever ran
        self._client = DBOSClient(system_database_engine=engine, serializer=JsonSerializer())
        self._engine = engine

    def start(self, kind: Kind, item_id: str, *, again: str = "") -> None:
        """Put an item into the queue, once."""
        options: EnqueueOptions = {
            "queue_name": QUEUE,
            "workflow_name": kind,
            "workflow_id": workflow_id(kind, item_id, again),
            "app_version": APPLICATION_VERSION,
        }
        self._client.enqueue(options, item_id)
        send(self._engine, QUEUE)

    def stop(self) -> None:
        """Close the client."""
        self._client.destroy()


def _log_as_we_do() -> None:
    """Let what DBOS logs go where all libraries' lines go: one line each, in the form that was chosen for all.

    It gives its logger a handler of its own, which writes plain text and tracebacks, unless it finds one there.
    """
    logger = logging.getLogger("dbos")
    logger.handlers[:] = [logging.NullHandler()]
    logger.propagate = True


def _look_rarely() -> None:
    """Let DBOS look every 30 seconds for delayed and overdue workflows, of which we have none, instead of each second.

    They took SQLite's write lock twice a second and were a quarter of what an idle daemon costs. Its own queue, where
    work taken over at a start waits, is asked every two seconds. DBOS has no setting for either; where a later version
    names them otherwise, this saving is lost and a test fails. On PostgreSQL a transaction stays open from one look to
    the next, so there it stays short.
    """
    _workflow_commands._BACKGROUND_JOBS_INTERVAL_SEC = RARELY_SECONDS
    _get_or_create_dbos_registry().get_internal_queue()._polling_interval_sec = QUIET_SECONDS


def queue_of(kind: Kind) -> str:
    """Return the queue in which nodes share the stories of a kind."""
    return OUT if kind in OUTWARD else QUEUE


def workflow_id(kind: Kind, item_id: str, again: str = "") -> str:
    """Return the name of a workflow; `again` tells a later round for the same item from the first."""
    return f"{kind}:{item_id}:{again}" if again else f"{kind}:{item_id}"


def _reason_of(failure: Exception) -> str:
    causes: list[BaseException | None] = [failure.__cause__, *getattr(failure, "errors", [])]
    known = [cause.reason for cause in causes if isinstance(cause, MailroomError)]
    return known[-1] if known else "internal"


def _config(engine: sqlalchemy.Engine, *, node: str, threads: int) -> DBOSConfig:
    return {
        "name": APPLICATION,
        "system_database_url": engine.url.render_as_string(hide_password=False),
        "system_database_engine": engine,
        "application_version": APPLICATION_VERSION,
        "executor_id": node,
        "serializer": JsonSerializer(),
        "max_executor_threads": threads,
        "use_listen_notify": False,
        "notification_listener_polling_interval_sec": QUIET_SECONDS,
        "scheduler_polling_interval_sec": 3600.0,
        "log_level": "WARNING",
        "enable_otlp": False,
    }
