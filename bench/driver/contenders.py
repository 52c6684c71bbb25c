"""Contenders that are built where their toolchains are: Go's compiler, Rust's cargo."""

import shutil

from measure import BOTH_CPUS
from programs import ROOT, Failed, run

FOLDER = ROOT / "bench" / "contender"


def note(plan, workload, text):
    plan.notes.append(f"{workload}: {text}")


def go(plan, name):
    """contender/NAME.go as a program, or None."""
    compiler = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")
    if compiler is None:
        note(plan, name, "no Go here to compare with")
        return None
    program = plan.build / "bench" / f"contender-{name}"
    try:
        run(["env", f"GOCACHE={plan.build / 'go-cache'}", "GOTOOLCHAIN=local", "GO111MODULE=off",
             "GOFLAGS=", compiler, "build", "-o", program, FOLDER / f"{name}.go"], 300, BOTH_CPUS)
        note(plan, name, run([compiler, "version"], 20)[0].strip())
    except Failed as error:
        note(plan, name, f"the Go contender cannot be built: {error}")
        return None
    return program


def cargo(plan, name):
    """contender/NAME/Cargo.toml as a program, or None: no cargo, or none of its crates."""
    if shutil.which("cargo") is None:
        note(plan, name, "no cargo here, so no Tokio to compare with")
        return None
    target = plan.build / "cargo"
    try:
        run(["cargo", "build", "--release", "--quiet", "--locked", "--target-dir", target,
             "--manifest-path", FOLDER / name / "Cargo.toml"], 300, BOTH_CPUS)
    except Failed as error:
        note(plan, name, f"the Tokio contender cannot be built: {error}")
        return None
    return target / "release" / f"contender-{name}"
