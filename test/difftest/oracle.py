#!/usr/bin/env python3
"""Runs scenarios on CPython's own asyncio, on a virtual clock, and prints their traces.

    oracle.py [--hash] FILE...          "-" is standard input; one scenario per line

This is what sley-difftest is held against. It needs CPython 3.13 or newer (the traces in golden/
are 3.13.0's). FORMAT.md describes scenarios, traces, and the clock.
"""
import asyncio
import functools
import hashlib
import json
import sys

IDLE_ROUNDS_MAX = 12
SKIP = object()


# ---- the clock ------------------------------------------------------------------------------

class Deadline(float):
    """A point in time that ties in the order of making: asyncio's heap leaves that open."""
    made = 0

    def __init__(self, _):
        Deadline.made += 1
        self.turn = Deadline.made

    def __lt__(self, other):
        return (float(self), self.turn) < (float(other), getattr(other, "turn", 0))


class TickLoop(asyncio.BaseEventLoop):
    """An event loop without events: it is its own selector, and waiting moves its clock."""

    def __init__(self, on_idle):
        super().__init__()
        self._selector = self
        self._clock_resolution = 1e-9
        self.on_idle = on_idle
        self.now = 0.0

    def time(self):
        return self.now

    def call_at(self, when, callback, *args, context=None):
        return super().call_at(Deadline(when), callback, *args, context=context)

    def select(self, timeout):
        if timeout is None:
            self.on_idle()
        elif timeout > 0:
            self.now = float(self._scheduled[0].when())
        return ()

    def _process_events(self, events):
        pass


class InsertionOrder(dict):
    """As much of a set as TaskGroup needs; a real one orders tasks by their addresses."""
    add = dict.setdefault

    def discard(self, task):
        self.pop(task, None)


class Group(asyncio.TaskGroup):
    def __init__(self):
        super().__init__()
        self._tasks = InsertionOrder()


# ---- words of the trace ---------------------------------------------------------------------

class Raised(Exception):
    @property
    def kind(self):
        return f"V{self.args[0]}"


KINDS = (           # the first that fits: some of asyncio's errors are RuntimeErrors
    (asyncio.CancelledError, "C"), (TimeoutError, "T"), (asyncio.BrokenBarrierError, "B"),
    (asyncio.QueueFull, "F"), (asyncio.QueueEmpty, "E"), (asyncio.QueueShutDown, "D"),
    (asyncio.InvalidStateError, "I"), (RuntimeError, "R"), (ValueError, "N"),
)


def kind_of(error):
    if isinstance(error, Raised):
        return error.kind
    if isinstance(error, BaseExceptionGroup):
        return "G[" + ",".join(map(kind_of, error.exceptions)) + "]"
    if not isinstance(error, RecursionError):
        for type_, letter in KINDS:
            if isinstance(error, type_):
                return letter
    raise error     # no scenario should cause it: a bug of this program


def word(value):
    if value is None:
        return "-"
    if isinstance(value, BaseException):
        return kind_of(value)
    if isinstance(value, list):
        return "[" + ",".join(map(word, value)) + "]"
    return value if isinstance(value, str) else str(int(value))


def event_of(value):
    """The event of an operation that succeeded."""
    if value is SKIP:
        return "skip"
    return "ok" if value is None else "ok:" + word(value)


# ---- a scenario -----------------------------------------------------------------------------

def make_objects(scenario, loop):
    makers = {"fifo": asyncio.Queue, "prio": asyncio.PriorityQueue, "lifo": asyncio.LifoQueue}
    families = {
        "L": [asyncio.Lock() for _ in range(scenario["locks"])],
        "E": [asyncio.Event() for _ in range(scenario["events"])],
        "C": [asyncio.Condition() for _ in range(scenario["conds"])],
        "S": [asyncio.Semaphore(n) for n in scenario["sems"]],
        "X": [asyncio.BoundedSemaphore(n) for n in scenario["bsems"]],
        "B": [asyncio.Barrier(n) for n in scenario["barriers"]],
        "Q": [makers[q["k"]](q["max"]) for q in scenario["queues"]],
        "F": [loop.create_future() for _ in range(scenario["futs"])],
    }
    return {f"{letter}{i}": each for letter, all_ in families.items()
            for i, each in enumerate(all_)}


class Interpreter:
    def __init__(self, scenario):
        self.bodies = scenario["tasks"]
        self.mod = scenario.get("mod", 0)
        self.lines = []
        self.closed = False
        self.rounds = 0
        self.tasks = {}
        self.variables = {f"V{i}": 0 for i in range(scenario["vars"])}
        self.loop = TickLoop(self.on_idle)
        self.loop.set_exception_handler(lambda loop, context: None)
        self.objects = make_objects(scenario, self.loop)

    def run(self):
        self.spawn(0)
        self.loop.run_forever()
        for i in range(len(self.bodies)):
            self.lines.append(f"final t{i} {self.state(i)}")
        self.closed = True
        for task in self.tasks.values():        # only a stuck scenario leaves some
            task._log_destroy_pending = False
        self.loop.close()
        return "".join(line + "\n" for line in self.lines)

    def say(self, actor, operation, event):
        if not self.closed:
            self.lines.append(f"{int(self.loop.now)} {actor} {operation} {event}")

    def on_idle(self):
        alive = [i for i, task in sorted(self.tasks.items()) if not task.done()]
        if alive and self.rounds < IDLE_ROUNDS_MAX:
            self.rounds += 1
            self.say("idle", 0, "deadlock " + ",".join(f"t{i}" for i in alive))
            for i in alive:
                self.tasks[i].cancel()
            return
        if alive:
            self.say("idle", 0, "stuck")
        self.loop.stop()

    def state(self, i):
        task = self.tasks.get(i)
        if task is None:
            return "U"
        if not task.done():
            return "P"
        if task.cancelled():
            return "C"
        error = task.exception()
        return "R:" + word(task.result()) if error is None else "X:" + kind_of(error)

    def spawn(self, i, creator=None):
        coroutine = self.body(i)
        try:
            self.tasks[i] = (creator or self.loop).create_task(coroutine)
        except RuntimeError:
            coroutine.close()
            raise

    def delay(self, n, residue):
        if n > 0 and self.mod:
            n += (residue - int(self.loop.now) - n) % self.mod
        return n

    def started(self, statement):
        """The tasks that the statement names, or None if one of them has not been started."""
        ids = statement["ts"] if "ts" in statement else [statement["n"]]
        if all(i in self.tasks for i in ids):
            return [self.tasks[i] for i in ids]
        return None

    # -- blocks: None goes on, (result,) leaves the task

    async def body(self, me):
        self.say(f"t{me}", "-", "start")
        try:
            left = await self.block(self.bodies[me], me, None)
        except BaseException as error:
            self.say(f"t{me}", "-", "end exc:" + kind_of(error))
            raise
        result = left[0] if left else None
        self.say(f"t{me}", "-", "end ok:" + word(result))
        return result

    async def block(self, statements, me, group):
        for statement in statements:
            left = await self.statement(statement, me, group)
            if left:
                return left
        return None

    async def statement(self, s, me, group):
        say = functools.partial(self.say, f"t{me}", s["i"])
        op = s["op"]
        if op in CONTROL:
            return await CONTROL[op](self, s, me, group, say)
        if op in PROMPT:
            try:
                say(event_of(PROMPT[op](self, s, me, group)))
            except (Exception, asyncio.CancelledError) as error:
                say("exc:" + kind_of(error))
            return None
        try:
            say(event_of(await SUSPENDING[op](self, s, me)))
        except BaseException as error:
            say("exc:" + kind_of(error))
            raise
        return None


# ---- control --------------------------------------------------------------------------------

def context_block(make):
    """An `async with` around the body, where make(run, statement, me) gives the manager and the
    group for the statements inside (or None: the one outside)."""
    async def control(run, s, me, group, say):
        entered = False
        try:
            manager, inner = make(run, s, me)
            async with manager:
                entered = True
                say("in")
                left = await run.block(s["b"], me, inner or group)
        except BaseException as error:
            say(("out exc:" if entered else "exc:") + kind_of(error))
            raise
        say("out")
        return left
    return control


def enter_group(run, s, me):
    group = Group()
    return group, group


async def control_try(run, s, me, group, say):
    left = None
    try:
        left = await run.block(s["b"], me, group)
    except BaseException as error:
        if kind_of(error)[0] not in s["k"]:
            raise
        say("caught " + kind_of(error))
        left = await run.block(s["h"], me, group)
    finally:
        over = await run.block(s["f"], me, group)
        if over:
            return over
    return left


async def control_rep(run, s, me, group, say):
    for _ in range(s["n"]):
        left = await run.block(s["b"], me, group)
        if left:
            return left
    return None


async def control_raise(run, s, me, group, say):
    error = Raised(s["n"])
    say("exc:" + error.kind)
    raise error


async def control_ret(run, s, me, group, say):
    say("ok")
    return (s["n"],)


CONTROL = {
    "with": context_block(lambda run, s, me: (run.objects[s["o"]], None)),
    "timeout": context_block(lambda run, s, me: (
        asyncio.timeout(run.delay(s["n"], len(run.bodies) + me)), None)),
    "group": context_block(enter_group),
    "try": control_try, "rep": control_rep, "raise": control_raise, "ret": control_ret,
}


# ---- operations that may suspend ------------------------------------------------------------

def limit(run, n, me):
    return None if n < 0 else run.delay(n, len(run.bodies) + me)


async def gather(run, s, me):
    tasks = run.started(s)
    return SKIP if tasks is None else await asyncio.gather(*tasks, return_exceptions=s["n"] != 0)


async def wait(run, s, me):
    tasks = run.started(s)
    if tasks is None:
        return SKIP
    when = {"all": asyncio.ALL_COMPLETED, "first": asyncio.FIRST_COMPLETED,
            "exc": asyncio.FIRST_EXCEPTION}[s["k"]]
    done, pending = await asyncio.wait(tasks, timeout=limit(run, s["n"], me), return_when=when)
    ids = {True: [], False: []}
    for i, task in zip(s["ts"], tasks):
        ids[task in done].append(str(i))
    assert len(ids[False]) == len(pending)
    return f"d={','.join(ids[True])};p={','.join(ids[False])}"


async def as_completed(run, s, me):
    if any(i in run.tasks for i in s["ts"]):
        return SKIP
    for i in s["ts"]:
        run.spawn(i)
    results = []
    for each in asyncio.as_completed(run.started(s)):
        try:
            results.append(await each)
        except Exception as error:
            results.append(error)
    return results


def of_one_task(wrap):
    async def operation(run, s, me):
        tasks = run.started({"n": s["n"]})
        return SKIP if tasks is None else await wrap(run, s, me, tasks[0])
    return operation


def method(name, *fields, silent=False):
    """A coroutine method of the statement's object."""
    async def operation(run, s, me):
        value = await getattr(run.objects[s["o"]], name)(*(s[field] for field in fields))
        return None if silent else value
    return operation


async def wait_variable(run, s, me):
    await run.objects[s["o"]].wait_for(lambda: run.variables[s["v"]] >= s["n"])


async def wait_future(run, s, me):
    return await run.objects[s["o"]]


async def await_it(run, s, me, task):
    return await task


SUSPENDING = {
    "sleep": lambda run, s, me: asyncio.sleep(run.delay(s["n"], me)),
    "await": of_one_task(await_it),
    "shield": of_one_task(lambda run, s, me, task: asyncio.shield(task)),
    "waitfor": of_one_task(lambda run, s, me, task: asyncio.wait_for(task, limit(run, s["m"], me))),
    "gather": gather, "wait": wait, "ascompl": as_completed,
    "acquire": method("acquire", silent=True),
    "ewait": method("wait", silent=True), "cwait": method("wait", silent=True),
    "cwaitvar": wait_variable,
    "bwait": method("wait"), "breset": method("reset"), "babort": method("abort"),
    "put": method("put", "n"), "get": method("get"), "join": method("join"),
    "fwait": wait_future,
}


# ---- operations that never suspend ----------------------------------------------------------

def soon(run, s, me, group):
    run.loop.call_soon(run.say, "cb", s["i"], "run")


def later(run, s, me, group):
    run.loop.call_later(limit(run, s["n"], me), run.say, "cb", s["i"], "run")


def spawn(run, s, me, group):
    return SKIP if s["n"] in run.tasks else run.spawn(s["n"])


def group_spawn(run, s, me, group):
    return SKIP if s["n"] in run.tasks or group is None else run.spawn(s["n"], group)


def cancel(run, s, me, group):
    return run.tasks[s["n"]].cancel() if s["n"] in run.tasks else SKIP


def add_variable(run, s, me, group):
    run.variables[s["o"]] += s["n"]
    return run.variables[s["o"]]


def call(name, *fields):
    """A plain method of the statement's object."""
    def operation(run, s, me, group):
        return getattr(run.objects[s["o"]], name)(*(s[field] for field in fields))
    return operation


def of_me(name):
    return lambda run, s, me, group: getattr(run.tasks[me], name)()


PROMPT = {
    "soon": soon, "later": later, "spawn": spawn, "gspawn": group_spawn,
    "done": lambda run, s, me, group: run.state(s["n"]),
    "cancel": cancel, "cancelself": of_me("cancel"), "uncancel": of_me("uncancel"),
    "cancelling": of_me("cancelling"),
    "release": call("release"), "locked": call("locked"),
    "eset": call("set"), "eclear": call("clear"), "isset": call("is_set"),
    "notify": call("notify", "n"), "notifyall": call("notify_all"),
    "addvar": add_variable, "getvar": lambda run, s, me, group: run.variables[s["o"]],
    "putn": call("put_nowait", "n"), "getn": call("get_nowait"), "tdone": call("task_done"),
    "qsize": call("qsize"),
    "shut": lambda run, s, me, group: run.objects[s["o"]].shutdown(immediate=s["n"] != 0),
    "fset": call("set_result", "n"),
    "fexc": lambda run, s, me, group: run.objects[s["o"]].set_exception(Raised(s["n"])),
    "fcancel": call("cancel"), "fdone": call("done"),
}


def main(arguments):
    hashed = arguments[:1] == ["--hash"]
    files = arguments[hashed:]
    if not files:
        sys.exit(__doc__)
    if sys.version_info < (3, 13):
        sys.exit("oracle.py needs CPython 3.13 or newer")
    sys.unraisablehook = lambda unraisable: None    # coroutines that a stuck scenario leaves
    for name in files:
        with sys.stdin if name == "-" else open(name) as file:
            for line in file:
                if not line.strip():
                    continue
                scenario = json.loads(line)
                trace = Interpreter(scenario).run()
                if hashed:
                    print(scenario["seed"], hashlib.sha256(trace.encode()).hexdigest())
                else:
                    print(f"# scenario {scenario['seed']} {scenario['profile']}\n{trace}", end="")


if __name__ == "__main__":
    main(sys.argv[1:])
