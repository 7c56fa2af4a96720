"""Trains, on one GPU within a time budget, what needs the first round's models, and the encoders.

`python second_round.py --budget-seconds 560 --data cmudict.npz --first FOLDER --invented invented.npz --encoders FOLDER
--out out` first lets the teacher and the GRU pronounce the training and the invented spellings, beside the two encoders,
which need none of that. From then on the fast CTC models, the diffusion model and the Levenshtein model learn from the
answers. FOLDER of `--first` holds run_all.py's checkpoints and distilled.npz. A process that fails leaves the others alone.
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
TRAIN, ENCODER = "train.py", "encoders/train_encoder.py"
# Together so that no archive grows beyond 16 MiB.
ARCHIVES = (("g2p-ctc-fast", "g2p-diffusion"), ("g2p-ctc-wide",), ("g2p-levenshtein",), ("mlm", "languages"))


@dataclass(frozen=True)
class Plan:
    """One model's run: the share of the time at which training ends, and which checkpoint of the first round it starts from."""

    name: str
    end: float = 1.0
    start: str = ""
    peak: float = 1.5e-3

    @property
    def is_encoder(self):
        return self.name in ("mlm", "languages")


PLANS = (
    Plan("mlm", end=0.5),
    Plan("languages", end=0.3),
    Plan("g2p-ctc-fast"),
    Plan("g2p-ctc-wide", peak=1.2e-3),
    Plan("g2p-diffusion", start="g2p-diffusion", peak=1.2e-3),
    # The mask-predict model is the same network but for the heads, and fills better than the first round's Levenshtein model.
    Plan("g2p-levenshtein", start="g2p-cmlm", peak=1.2e-3),
)


class Round:
    def __init__(self, options):
        self.options, self.begin = options, time.time()
        self.end_of_training = self.begin + options.budget_seconds - options.reserve_seconds
        self.work, self.out = Path(options.work), Path(options.out)
        self.first = Path(options.first)
        for folder in (self.work, self.out):
            folder.mkdir(parents=True, exist_ok=True)
        self.labelled = self.work / "labelled.npz"
        self.labelled.unlink(missing_ok=True)
        self.processes = {}
        self.labelling = self.start(
            "labelled", "distil.py", self.first / "g2p-transformer.pt", options.data, self.labelled,
            "--second", self.first / "g2p-gru.pt", "--invented", options.invented, *self.small("--words", 20),
        )  # fmt: skip

    def small(self, option, factor=1):
        return [option, factor * self.options.test_words] if self.options.test_words else []

    def clock(self, share):
        return self.begin + share * (self.end_of_training - self.begin)

    def start(self, label, script, *arguments):
        log = open(self.work / (label + ".log"), "w", encoding="utf-8")
        environment = dict(os.environ, OMP_NUM_THREADS="2", PYTHONUNBUFFERED="1")
        command = [sys.executable, str(HERE / script), *map(str, arguments)]
        return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment)

    def train(self, plan):
        common = ["--until", self.clock(plan.end), "--seed", PLANS.index(plan) + 1]
        common += ["--batch", self.options.batch] if self.options.batch else []
        if plan.is_encoder:
            data = Path(self.options.encoders) / (plan.name + ".npz")
            return self.start(plan.name, ENCODER, plan.name, data, self.work / plan.name, *common)
        answers = self.labelled if self.labelled.exists() else self.first / "distilled.npz"
        more = ["--teacher", self.first / (plan.start + ".pt")] if plan.start else ["--with-dictionary"]
        return self.start(
            plan.name, TRAIN, plan.name, "--data", self.options.data, "--out", self.work / plan.name, "--peak", plan.peak,
            "--distilled", answers, *more, *common, *self.small("--test-words"),
        )  # fmt: skip

    def step(self):
        """Starts everything that is due."""
        answered = self.labelling.poll() is not None or time.time() > self.clock(self.options.patience)
        for plan in PLANS:
            if plan.name not in self.processes and (plan.is_encoder or answered):
                self.processes[plan.name] = self.train(plan)

    def finished(self):
        return len(self.processes) == len(PLANS) and all(p.poll() is not None for p in self.processes.values())

    def stop(self):
        for process in [self.labelling, *self.processes.values()]:
            if process.poll() is None:
                process.kill()

    def pack(self):
        """Writes everything there is so far to `out`."""
        for number, names in enumerate(ARCHIVES, 1):
            with tarfile.open(self.out / f"second-{number}.tar", "w") as tar:
                for name in names:
                    if (self.work / (name + ".pt")).exists():
                        tar.add(self.work / (name + ".pt"), name + ".pt")
        reports = {}
        for path in sorted(self.work.glob("*.json")):
            try:
                reports[path.stem] = json.loads(path.read_text())
            except ValueError:
                continue
        (self.out / "metrics.json").write_text(json.dumps(reports, indent=1))
        logs = [f"==== {p.name}\n{p.read_text(errors='replace')[-30000:]}" for p in sorted(self.work.glob("*.log"))]
        (self.out / "logs.txt").write_text("\n".join(logs))
        if self.labelled.exists():
            (self.out / "labelled.npz").write_bytes(self.labelled.read_bytes())

    def tell(self):
        """The last line of every log."""
        for path in sorted(self.work.glob("*.log")):
            lines = path.read_text(errors="replace").strip().splitlines()
            print(f"{time.time() - self.begin:.0f}s", path.stem, lines[-1][:300] if lines else "nothing yet", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--budget-seconds", type=float, default=560.0)
    parser.add_argument("--reserve-seconds", type=float, default=40.0, help="kept for evaluation and packing")
    parser.add_argument("--data", required=True, help="arrays written by data.py")
    parser.add_argument("--first", required=True, help="folder of the first round's checkpoints and distilled.npz")
    parser.add_argument("--invented", required=True, help="arrays written by invent.py")
    parser.add_argument("--encoders", required=True, help="folder of the arrays of encoders/scripture.py and languages.py")
    parser.add_argument("--out", required=True)
    parser.add_argument("--work", default="second", help="where the processes write")
    parser.add_argument("--patience", type=float, default=0.3, help="share of the time after which nobody waits for answers")
    parser.add_argument("--batch", type=int, help="another batch size for everything")
    parser.add_argument("--test-words", type=int, help="evaluate and label fewer words, for a quick try")
    current = Round(parser.parse_args())
    kill_at = current.begin + current.options.budget_seconds - 6
    tell_at = [current.clock(share) for share in (0.2, 0.4, 0.6, 0.8)]
    while time.time() < kill_at and not current.finished():
        current.step()
        if tell_at and time.time() > tell_at[0]:
            tell_at.pop(0)
            current.tell()
            current.pack()
        time.sleep(0.5)
    current.stop()
    current.pack()
    current.tell()


if __name__ == "__main__":
    main()
