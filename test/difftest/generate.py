#!/usr/bin/env python3
"""Writes random scenarios, one per line (FORMAT.md); the same seed gives the same scenario.

    generate.py --profile NAME [--seed FIRST] [--count N]

What makes a scenario find something is that several tasks act on one object within one tick, and
that some of them are cancelled just then. So there are few objects, most delays are zero or one,
and each scenario keeps to a few of its profile's themes.
"""
import argparse
import json
import random

# What each profile is made of: themes and their weights. "base" is always in.
PROFILES = {
    "mixed": {"base": 6, "tasks": 4, "cancel": 3, "join": 3, "scopes": 4, "locks": 3, "events": 2,
              "conditions": 3, "barriers": 1, "queues": 4, "futures": 3, "ends": 1},
    "locks": {"base": 6, "tasks": 2, "cancel": 2, "scopes": 2, "locks": 8, "events": 3,
              "conditions": 6, "barriers": 4},
    "queues": {"base": 6, "tasks": 2, "cancel": 3, "scopes": 2, "queues": 14, "events": 1},
    "cancel": {"base": 5, "tasks": 4, "cancel": 12, "join": 3, "scopes": 6, "locks": 4,
               "events": 2, "conditions": 3, "queues": 4, "futures": 3, "ends": 1},
    "struct": {"base": 5, "tasks": 6, "cancel": 3, "join": 10, "scopes": 9, "futures": 2,
               "ends": 2},
    "duel": {},
    "spaced": {"base": 3, "tasks": 4, "cancel": 3, "join": 4, "scopes": 3, "locks": 4,
               "events": 3, "barriers": 2, "queues": 4, "futures": 3, "ends": 1},
}
THEMES = {
    "base": "sleep:6 hop:6 soon:1 later:1 repeat:1",
    "tasks": "spawn:5 await:4 shield:2 done:1",
    "cancel": "cancel:6 cancelself:1 uncancel:1 cancelling:1",
    "join": "gather:3 wait:3 waitfor:4 ascompl:1",
    "scopes": "timeout:4 group:4 attempt:6",
    "locks": "hold:6 acquire:2 release:3 locked:1",
    "events": "ewait:4 eset:4 eclear:2 isset:1",
    "conditions": "cond_wait:5 cond_notify:6 cond_variable:2 count:2 notify_unheld:1",
    "barriers": "bwait:6 breset:1 babort:1",
    "queues": "put:6 get:6 putn:3 getn:3 tdone:3 join:1 qsize:1 shut:1",
    "futures": "fwait:5 fset:4 fexc:1 fcancel:1 fdone:1",
    "ends": "raise:2 ret:1",
}
NESTED = ("repeat", "timeout", "group", "attempt", "hold", "cond_wait", "cond_notify",
          "cond_variable")
DEPTH_MAX = 3
KINDS = "CTVRFEBNIGD"


class Author:
    def __init__(self, profile, seed):
        self.random = random.Random(f"{profile} {seed}")
        self.profile = profile
        self.seed = seed
        self.spaced = profile == "spaced"
        self.last_id = 0
        self.task_count = self.random.choice((3, 4, 5, 6, 7))
        self.sizes = {"L": self.few(), "E": self.few(), "C": 1, "S": self.few(), "X": 1, "B": 1,
                      "Q": self.few(), "F": self.random.randint(2, 4), "V": 1}
        self.unborn = list(range(1, self.task_count))   # not yet at any place that starts them
        self.menu = self.choose_menu()

    def choose_menu(self):
        themes = PROFILES[self.profile]
        kept = [t for t in themes if t == "base" or self.random.random() < .6]
        menu = {}
        for theme in kept:
            for entry in THEMES[theme].split():
                name, weight = entry.split(":")
                menu[name] = menu.get(name, 0) + int(weight) * themes[theme]
        return menu

    # ---- small choices

    def few(self):
        return self.random.choice((1, 1, 2))

    def chance(self, p):
        return self.random.random() < p

    def one_of(self, letters):
        letter = self.random.choice(letters)
        return letter + str(self.random.randrange(self.sizes[letter]))

    def ticks(self):
        return self.random.choice((1, 1, 2, 3, 5) if self.spaced else (0, 0, 1, 1, 2, 3))

    def value(self):
        return self.random.randrange(100)

    def later_tasks(self, me, most):
        """Tasks with a higher number than mine: who waits only for those cannot be in a ring."""
        others = range(me + 1, self.task_count)
        return sorted(self.random.sample(others, min(len(others), self.random.randint(1, most))))

    def give_birth(self, me):
        able = [t for t in self.unborn if t > me]
        if not able:
            return None
        child = self.random.choice(able)
        self.unborn.remove(child)
        return child

    # ---- statements

    def say(self, op, **fields):
        self.last_id += 1
        return {"i": self.last_id, "op": op, **fields}

    def hop(self):
        return self.say("sleep", n=1 if self.spaced else 0)

    def block(self, me, length, depth, in_group=False):
        statements = []
        while len(statements) < length:
            if self.spaced:
                statements.append(self.say("sleep", n=self.random.randint(1, 4)))
            statements.append(self.statement(me, depth, in_group))
        return statements

    def inner(self, me, depth, in_group=False):
        return self.block(me, self.random.randint(1, 3), depth + 1, in_group)

    def statement(self, me, depth, in_group):
        if in_group and self.chance(.5):
            child = self.give_birth(me)
            if child is not None:
                return self.say("gspawn", n=child)
        names = [n for n in self.menu if depth < DEPTH_MAX or n not in NESTED]
        name = self.random.choices(names, [self.menu[n] for n in names])[0]
        return getattr(self, "make_" + name, self.make_plain)(me, depth, name) or self.hop()

    def make_plain(self, me, depth, name):
        """Operations that need nothing but an object or a number."""
        letters = {"acquire": "LSX", "release": "LSSX", "locked": "LS"}.get(name)
        if letters is None:
            letters = {"e": "E", "i": "E", "b": "B", "f": "F"}.get(name[0], "Q")
        fields = {"o": self.one_of(letters)}
        if name in ("put", "putn", "fset", "fexc"):
            fields["n"] = self.value()
        return self.say(name, **fields)

    def make_alone(self, me, depth, name):
        return self.say(name)

    make_soon = make_cancelself = make_uncancel = make_cancelling = make_alone

    def make_number(self, me, depth, name):
        return self.say(name, n=self.value())

    make_raise = make_ret = make_number

    def make_any_task(self, me, depth, name):
        return self.say(name, n=self.random.randrange(self.task_count))

    make_cancel = make_done = make_any_task

    def make_later_task(self, me, depth, name):
        tasks = self.later_tasks(me, 1)
        return self.say(name, n=tasks[0]) if tasks else None

    make_await = make_shield = make_later_task

    def make_sleep(self, me, depth, name):
        return self.say("sleep", n=self.ticks())

    def make_hop(self, me, depth, name):
        return self.hop()

    def make_later(self, me, depth, name):
        return self.say("later", n=self.random.randint(1, 3))

    def make_repeat(self, me, depth, name):
        return self.say("rep", n=self.random.randint(2, 3), b=self.inner(me, depth))

    def make_spawn(self, me, depth, name):
        child = self.give_birth(me)
        return None if child is None else self.say("spawn", n=child)

    def make_gather(self, me, depth, name):
        tasks = self.later_tasks(me, 3)
        return self.say("gather", ts=tasks, n=self.random.randint(0, 1)) if tasks else None

    def make_wait(self, me, depth, name):
        tasks = self.later_tasks(me, 3)
        if not tasks:
            return None
        return self.say("wait", ts=tasks, n=self.random.choice((-1, 1, 2, 3)),
                        k=self.random.choice(("all", "first", "exc")))

    def make_waitfor(self, me, depth, name):
        tasks = self.later_tasks(me, 1)
        if not tasks:
            return None
        return self.say("waitfor", n=tasks[0], m=self.random.choice((-1, 0, 1, 1, 2, 4)))

    def make_ascompl(self, me, depth, name):
        tasks = [self.give_birth(me) for _ in range(self.random.randint(1, 3))]
        tasks = [t for t in tasks if t is not None]
        return self.say("ascompl", ts=tasks) if tasks else None

    def make_timeout(self, me, depth, name):
        return self.say("timeout", n=self.random.choice((0, 1, 1, 2, 3, 5)),
                        b=self.inner(me, depth))

    def make_group(self, me, depth, name):
        return self.say("group", b=self.inner(me, depth, True))

    def make_attempt(self, me, depth, name):
        kinds = set(self.random.sample(KINDS, self.random.randint(1, 3)))
        if self.chance(.5):
            kinds.add("C")
        return self.say("try", b=self.inner(me, depth), k="".join(sorted(kinds)),
                        h=self.inner(me, depth) if self.chance(.5) else [],
                        f=self.inner(me, depth) if self.chance(.3) else [])

    def make_hold(self, me, depth, name):
        return self.say("with", o=self.one_of("LLSXC" if not self.spaced else "LLSX"),
                        b=self.inner(me, depth))

    def make_cond_wait(self, me, depth, name):
        after = self.inner(me, depth) if self.chance(.4) else []
        return self.say("with", o="C0", b=[self.say("cwait", o="C0")] + after)

    def make_cond_variable(self, me, depth, name):
        wait = self.say("cwaitvar", o="C0", v="V0", n=self.random.randint(1, 3))
        return self.say("with", o="C0", b=[wait])

    def make_cond_notify(self, me, depth, name):
        block = [self.say("addvar", o="V0", n=1)] if self.chance(.5) else []
        if self.chance(.5):
            block.append(self.say("notifyall", o="C0"))
        else:
            block.append(self.say("notify", o="C0", n=self.random.randint(1, 2)))
        after = self.inner(me, depth) if self.chance(.25) else []
        return self.say("with", o="C0", b=block + after)

    def make_count(self, me, depth, name):
        return self.say("addvar", o="V0", n=1) if self.chance(.6) else self.say("getvar", o="V0")

    def make_notify_unheld(self, me, depth, name):
        return self.say("notify", o="C0", n=1)

    def make_shut(self, me, depth, name):
        if self.chance(.5):
            return self.make_plain(me, depth, "get")
        return self.say("shut", o=self.one_of("Q"), n=self.random.randint(0, 1))

    # ---- whole bodies

    def helper(self, me):
        """A task that keeps setting, releasing and filling, so that most waits end."""
        menu = ["eset", "eset", "eclear", "release", "putn", "putn", "getn", "fset", "fexc",
                "tdone", "cond_notify"]
        if self.spaced:
            menu.remove("cond_notify")
        body = []
        for _ in range(self.random.randint(4, 12)):
            body.append(self.hop() if self.chance(.6) else self.make_sleep(me, 0, "sleep"))
            name = self.random.choice(menu)
            make = getattr(self, "make_" + name, self.make_plain)
            body.append(make(me, DEPTH_MAX, name))
        return body

    def bodies(self):
        first = [t for t in self.unborn if self.chance(.75)]
        self.unborn = [t for t in self.unborn if t not in first]
        helper = self.task_count - 1 if self.chance(.6) else None
        main = [self.say("spawn", n=t) for t in first]
        main += self.block(0, self.random.randint(2, 7), 0)
        others = [self.helper(t) if t == helper else
                  self.block(t, self.random.randint(1, 7), 0) for t in range(1, self.task_count)]
        main += [self.say("spawn", n=t) for t in self.unborn]
        return [main] + others

    # ---- duels: one object, several who wait for it, and a task that gives, cancels and adds

    def waiter(self, wanted):
        r = self.random
        pause = [self.say("sleep", n=r.choice((0, 0, 1)))] if self.chance(.5) else []
        kind, value = wanted[0], wanted[1:]
        if kind == "with":
            body = [self.say("with", o=value[0], b=pause)]
        elif kind == "cwait":
            body = [self.say("with", o="C0", b=[self.say("cwait", o="C0")] + pause)]
        elif kind == "put":
            body = [self.say("put", o="Q0", n=self.value())]
        else:
            body = [self.say(kind, o=value[0])]
        if kind == "acquire":
            body += pause + [self.say("release", o=value[0])]
        if self.chance(.3):
            body = [self.say("timeout", n=r.randint(1, 2), b=body)]
        if self.chance(.5):
            body = [self.say("try", b=body, k=r.choice(("C", "T", "CT", "BCT")),
                             h=[self.hop()] if self.chance(.4) else [], f=[])]
        if self.chance(.4):
            body = [self.say("rep", n=2, b=body + ([self.hop()] if self.chance(.5) else []))]
        return ([self.hop()] if self.chance(.4) else []) + body

    def give(self, wanted):
        target = wanted[1]
        if target == "C0":
            notify = self.say("notify", o="C0", n=self.random.randint(1, 2))
            return self.say("with", o="C0", b=[notify])
        if target == "B0":
            op = self.random.choice(("bwait", "bwait", "breset", "babort"))
            return self.say("timeout", n=1, b=[self.say(op, o="B0")])
        if target == "Q0":
            return self.say("putn", o="Q0", n=self.value()) if wanted[0] == "get" else \
                self.say("getn", o="Q0")
        if target == "E0":
            return self.say(self.random.choice(("eset", "eset", "eclear")), o="E0")
        return self.say("fset", o="F0", n=1) if target == "F0" else self.say("release", o=target)

    def duel(self):
        wanted = self.random.choice((
            ("with", "L0"), ("with", "S0"), ("acquire", "S0"), ("acquire", "X0"), ("get", "Q0"),
            ("put", "Q0"), ("cwait", "C0"), ("ewait", "E0"), ("bwait", "B0"), ("fwait", "F0")))
        waiting = list(range(1, self.task_count))
        self.random.shuffle(waiting)
        main = [self.say("acquire", o="L0")] if wanted[1] == "L0" else []
        for _ in range(self.random.randint(1, len(waiting))):
            main.append(self.say("spawn", n=waiting.pop()))
        main.append(self.hop())
        for _ in range(self.random.randint(6, 16)):
            p = self.random.random()
            if p < .4:
                main.append(self.give(wanted))
            elif p < .65:
                main.append(self.make_cancel(0, 0, "cancel"))
            elif p < .88 or not waiting:
                main.append(self.say("sleep", n=self.random.choice((0, 0, 1))))
            else:
                main.append(self.say("spawn", n=waiting.pop()))
        main += [self.say("spawn", n=t) for t in waiting]
        for _ in range(self.random.randint(0, 4)):
            main += [self.hop(), self.give(wanted)]
        return [main] + [self.waiter(wanted) for _ in range(1, self.task_count)]

    def scenario(self):
        r = self.random
        tasks = self.duel() if self.profile == "duel" else self.bodies()
        permits = (0, 0, 1) if self.profile == "duel" else (0, 1, 1, 2)
        return {
            "v": 1, "seed": self.seed, "profile": self.profile,
            "mod": 2 * self.task_count if self.spaced else 0,
            "locks": self.sizes["L"], "events": self.sizes["E"], "conds": self.sizes["C"],
            "sems": [r.choice(permits) for _ in range(self.sizes["S"])],
            "bsems": [r.randint(1, 2)], "barriers": [r.randint(2, min(3, self.task_count))],
            "queues": [{"k": r.choice(("fifo", "fifo", "prio", "lifo")),
                        "max": r.choice((0, 1, 1, 2))} for _ in range(self.sizes["Q"])],
            "futs": self.sizes["F"], "vars": self.sizes["V"], "tasks": tasks,
        }


def main():
    parser = argparse.ArgumentParser(description="random scenarios for sley-difftest")
    parser.add_argument("--profile", choices=PROFILES, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1)
    options = parser.parse_args()
    for seed in range(options.seed, options.seed + options.count):
        print(json.dumps(Author(options.profile, seed).scenario(), separators=(",", ":")))


if __name__ == "__main__":
    main()
