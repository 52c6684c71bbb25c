"""The table on the terminal and the files."""

import json
import os
import platform
import time
from pathlib import Path

import bars
from measure import interval, median


def number(value):
    if value >= 10000:
        return f"{value:,.0f}"
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}" if value >= 1 else f"{value:.4f}"


def exact(value):
    return f"{value:.3f}" if value < 100 else number(value)


def ratio_text(ratio):
    bounds = interval(ratio.ratios)
    text = f"{ratio.value:.3f}"
    if bounds:
        text += f" [{bounds[0]:.3f}, {bounds[1]:.3f}]"
    return f"{text} x {ratio.to}"


def figure(row):
    """One row's figures as a text."""
    text = f"{number(median(row.values))} {row.unit} {row.metric}"
    if len(row.values) > 1:
        text += f" [{number(min(row.values))}, {number(max(row.values))}]"
    if row.client_cpu_us:
        text += f", client {number(median(row.client_cpu_us))} us"
    return "; ".join([text] + [ratio_text(ratio) for ratio in row.ratios])


LOADS = ("cpu_us_per_request", "requests_per_s", "p50_us", "p99_us", "p999_us",
         "syscalls_per_request")
COLUMNS = ("workload", "contender", "metric", "unit", "median", "min", "max", "runs", "ratio")


def ratio_cell(row):
    return ratio_text(row.ratios[0]) if row.ratios else ""


def cells(row):
    return (bars.label(row), row.contender, row.metric, row.unit, number(median(row.values)),
            number(min(row.values)), number(max(row.values)), str(len(row.values)),
            ratio_cell(row))


def load_lines(rows):
    """A line for each server under each load; medians."""
    found = {}
    for row in rows:
        found.setdefault((bars.label(row), row.contender), {})[row.metric] = row
    for (label, contender), metrics in found.items():
        cpu = metrics["cpu_us_per_request"]
        yield (label, contender, *(number(median(metrics[name].values)) if name in metrics else ""
                                   for name in LOADS),
               number(median(cpu.client_cpu_us)), str(len(cpu.values)), ratio_cell(cpu))


def print_grid(lines):
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for line in lines:
        right = [cell[:1].isdigit() for cell in line]
        print("  ".join(cell.rjust(width) if number_like else cell.ljust(width)
                        for cell, width, number_like in zip(line, widths, right)).rstrip())
    print()


def print_table(plan):
    print()
    loads = [row for row in plan.rows if row.connections is not None]
    others = [row for row in plan.rows if row.connections is None]
    if others:
        print_grid([COLUMNS] + [cells(row) for row in others])
    if loads:
        print_grid([("load", "server", "cpu us/req", "req/s", "p50 us", "p99 us", "p999 us",
                     "calls/req", "client us", "runs", "cpu ratio")] + list(load_lines(loads)))
    if plan.notes:
        print("notes")
        for text in plan.notes:
            print(f"  {text}")
        print()
    print("checks")
    for check in plan.checks:
        print(f"  {'ok   ' if check.passed else 'WRONG'}  {check.name}: {check.text}")
    print("\nbars" + (" (--quick: not judged)" if plan.quick else ""))
    for bar in all_bars(plan):
        bounds = f" [{exact(bar.bounds[0])}, {exact(bar.bounds[1])}]" if bar.bounds else ""
        verdict = "      " if plan.quick else "met   " if bar.met else "MISSED"
        print(f"  {verdict}  {bar.text}: {exact(bar.figure)}{bounds} {bar.sign} "
              f"{exact(bar.limit) if bar.limit >= 1e5 else f'{bar.limit:g}'}")


def all_bars(plan):
    return plan.bars + bars.all_bars(plan.rows)


def machine():
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return {"system": platform.release(), "processor": model, "processors": os.cpu_count(),
            "load_average": os.getloadavg()}


def write_files(plan, path, lines_path):
    rows = [row.as_dict() for row in plan.rows]
    document = {
        "date": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "machine": machine(), "quick": plan.quick,
        "pairs": plan.pairs, "runs": plan.runs, "rows": rows,
        "checks": [check.as_dict() for check in plan.checks], "notes": plan.notes,
        "bars": [bar.as_dict() for bar in all_bars(plan)],
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document, indent=1) + "\n")
    if lines_path is not None:
        Path(lines_path).write_text("".join(json.dumps(row) + "\n" for row in rows))
