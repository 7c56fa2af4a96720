"""Trains the whole family on one GPU within a time budget.

`python run_all.py --budget-seconds 540 --data cmudict.npz --out runs` starts one process a model; they share the GPU. The
teacher trains first, next to the CTC model that needs no teacher; when its answers for the training spellings are
written, the models that learn from them start. A model that fails leaves the others alone. At the end `--out` holds
checkpoints packed two to a tar, `metrics.json`, `logs.txt` and the distilled pairs.
"""

import argparse
import json
import os
import subprocess
import sys
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
TEACHER = "g2p-transformer"


@dataclass(frozen=True)
class Plan:
    """One model's run: the share of the time (training ends before evaluation) in which it trains, and on what."""

    run: str
    family: str
    begin: float
    end: float
    distilled: bool = False
    from_teacher: bool = False


PLANS = (
    Plan("g2p-transformer", TEACHER, 0.0, 0.31),
    Plan("g2p-gru", "g2p-gru", 0.0, 0.50),
    Plan("g2p-diffusion", "g2p-diffusion", 0.31, 1.0),
    Plan("g2p-dat", "g2p-dat", 0.33, 1.0, from_teacher=True),
    Plan("g2p-ctc", "g2p-ctc", 0.31, 0.95, distilled=True, from_teacher=True),
    Plan("g2p-cmlm", "g2p-cmlm", 0.31, 1.0, distilled=True, from_teacher=True),
    Plan("g2p-levenshtein", "g2p-levenshtein", 0.31, 1.0, distilled=True, from_teacher=True),
    Plan("g2p-nat", "g2p-nat", 0.31, 0.75, distilled=True, from_teacher=True),
)


class Family:
    """The processes of one run, started when what they wait for is there."""

    def __init__(self, options):
        self.options = options
        self.begin = time.time()
        self.end_of_training = self.begin + options.budget_seconds - options.reserve_seconds
        self.work = Path(options.work)
        self.work.mkdir(parents=True, exist_ok=True)
        self.out = Path(options.out)
        self.out.mkdir(parents=True, exist_ok=True)
        self.distilled = self.work / "distilled.npz"
        self.processes, self.distilling = {}, None

    def clock(self, share):
        return self.begin + share * (self.end_of_training - self.begin)

    def start(self, label, script, *arguments):
        log = open(self.work / (label + ".log"), "w", encoding="utf-8")
        environment = dict(os.environ, OMP_NUM_THREADS="2", PYTHONUNBUFFERED="1")
        command = [sys.executable, str(HERE / script), *map(str, arguments)]
        return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment)

    def train(self, plan):
        arguments = [plan.family, "--data", self.options.data, "--out", self.work / plan.run, "--until", self.clock(plan.end)]
        arguments += ["--seed", PLANS.index(plan) + 1, "--batch", self.options.batch]
        if self.options.test_words:
            arguments += ["--test-words", self.options.test_words]
        if plan.distilled and self.distilled.exists():
            arguments += ["--distilled", self.distilled]
        if plan.from_teacher and self.teacher_is_trained():
            arguments += ["--teacher", self.work / (TEACHER + ".pt")]
        self.processes[plan.run] = self.start(plan.run, "train.py", *arguments)

    def teacher_is_trained(self):
        report = self.work / (TEACHER + ".json")
        try:
            return "seconds" in json.loads(report.read_text())
        except (OSError, ValueError):
            return False

    def distil(self):
        arguments = [self.work / (TEACHER + ".pt"), self.options.data, self.distilled]
        if self.options.test_words:
            arguments += ["--words", 20 * self.options.test_words]
        self.distilling = self.start("distil", "distil.py", *arguments)

    def distilling_failed(self):
        """True once the teacher's answers will never come; the models that want them then learn from the dictionary."""
        teacher = self.processes.get(TEACHER)
        if self.distilling is None:
            return teacher is not None and teacher.poll() is not None and not self.teacher_is_trained()
        return self.distilling.poll() is not None and not self.distilled.exists()

    def step(self):
        """Starts everything that is due."""
        if self.distilling is None and self.teacher_is_trained():
            self.distil()
        for plan in PLANS:
            due = plan.run not in self.processes and time.time() >= self.clock(plan.begin)
            if due and (not plan.distilled or self.distilled.exists() or self.distilling_failed()):
                self.train(plan)

    def finished(self):
        return len(self.processes) == len(PLANS) and all(p.poll() is not None for p in self.processes.values())

    def stop(self):
        for process in [*self.processes.values(), self.distilling]:
            if process is not None and process.poll() is None:
                process.kill()

    def pack(self):
        """Writes everything there is so far to `out`."""
        checkpoints = sorted(self.work.glob("*.pt"))
        for first in range(0, len(checkpoints), 2):
            with tarfile.open(self.out / f"checkpoints-{first // 2 + 1}.tar", "w") as tar:
                for checkpoint in checkpoints[first : first + 2]:
                    tar.add(checkpoint, checkpoint.name)
        reports = {}
        for path in sorted(self.work.glob("*.json")):
            try:
                reports[path.stem] = json.loads(path.read_text())
            except ValueError:
                continue
        (self.out / "metrics.json").write_text(json.dumps(reports, indent=1))
        logs = [f"==== {p.name}\n{p.read_text(errors='replace')[-20000:]}" for p in sorted(self.work.glob("*.log"))]
        (self.out / "logs.txt").write_text("\n".join(logs))
        if self.distilled.exists():
            (self.out / "distilled.npz").write_bytes(self.distilled.read_bytes())


def summary(reports):
    for run, report in reports.items():
        found = report.get("test") or {"dev": (report.get("history") or [{}])[-1].get("dev")}
        how = "without CUDA graphs" if report.get("eager") else ""
        print(run, report.get("updates"), "updates in", report.get("seconds"), "s", how, json.dumps(found), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--budget-seconds", type=float, default=540.0)
    parser.add_argument("--reserve-seconds", type=float, default=45.0, help="kept for evaluation and packing")
    parser.add_argument("--data", required=True, help="arrays written by data.py")
    parser.add_argument("--out", required=True)
    parser.add_argument("--work", default="runs", help="where the processes write")
    parser.add_argument("--batch", type=int, default=1024)
    parser.add_argument("--test-words", type=int, default=None, help="evaluate and distil fewer words, for a quick try")
    family = Family(parser.parse_args())
    kill_at = family.begin + family.options.budget_seconds - 8
    packs = [family.clock(0.45), family.clock(0.75)]
    while time.time() < kill_at and not family.finished():
        family.step()
        if packs and time.time() > packs[0]:
            packs.pop(0)
            family.pack()
        time.sleep(0.5)
    family.stop()
    family.pack()
    summary(json.loads((family.out / "metrics.json").read_text()))


if __name__ == "__main__":
    main()
