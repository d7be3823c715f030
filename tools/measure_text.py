#!/usr/bin/env python3
"""Measures sentiment, intents and FAQ search on labelled files, each figure beside its target.

    measure_text.py DATA_DIR [--parley PROGRAM] [--quick]

DATA_DIR has sentiment/, intent/ and faq/ with files of "label<TAB>text" (docs: "id<TAB>question",
queries: "ids<TAB>query"). Sets are recognised by their names, whether they begin with dev-, test-
or anything but train-, so the command measures any rows of the same kinds. Rows that no file is
there for are listed as not measured. --quick leaves out what has to be trained first (minutes).
Exit code 0 whatever the figures: it measures, it does not judge.
"""
import os
import re
import subprocess
import sys
import tempfile
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SENTIMENTS = ["negative", "neutral", "positive"]
PASSES = 5

# What a set's name contains -> (kind of text, what is asked of it).
SETS = [
    ("ewect-usual", "social", "macro"), ("ewect-virus", "social", "macro"),
    ("nlpcc", "social", "macro"), ("semeval", "social", "macro"), ("goemo", "social", "macro"),
    ("airline", "cs", "macro"), ("waimai", "review", "two"), ("chnsenti", "review", "two"),
    ("os10", "review", "two"), ("sst", "review", "two"), ("emocon", "chat", "macro"),
    ("xs30k", "chat", "two"), ("pitfalls", "cs", "pitfalls"), ("jddc", "cs", "service"),
    ("zhq-", "cs", "calm"), ("enq-", "cs", "calm"), ("fer-", "cs", "calm"),
]
TARGETS = {
    "ewect-usual macro-F1": 0.82, "ewect-virus macro-F1": 0.77, "airline macro-F1": 0.72,
    "waimai accuracy": 0.88, "chnsenti accuracy": 0.91, "pitfalls negative recall": 0.85,
    "pitfalls false escalation": -0.05, "jddc false escalation": -0.02,
    "jddc negative recall": 0.50, "jddc recall at 1 %": 0.42, "latency p99 us": -100,
    "latency p99.9 us": -300, "sentiment model bytes": -8_000_000, "intent model bytes": -8_000_000,
    "banking77 accuracy": 0.92, "clinc150 accuracy": 0.935, "hwu64 accuracy": 0.90,
    "clinc150 out-of-scope recall": 0.65, "lcqmc R@1": 0.87, "lcqmc R@5": 0.985,
    "banking77-5shot R@1": 0.60,
}
CALM_TARGET = -0.005  # of each set of calm questions; a minus sign: at most


def read_rows(path):
    rows = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            left, tab, right = line.rstrip("\r\n").partition("\t")
            if tab and left:
                rows.append((left, right.replace("\t", " ")))
    return rows


def files_in(folder):
    if not os.path.isdir(folder):
        return []
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))
            if name.endswith(".tsv")]


class Report:
    def __init__(self):
        self.measured = set()

    def add(self, name, value, note=""):
        target = TARGETS.get(name, CALM_TARGET if name.endswith(" calm") else None)
        self.measured.add(name)
        shown = f"{value:,.0f}" if abs(value) >= 2 else f"{value:.4f}"
        if target is None:
            verdict = ""
        elif target < 0:
            verdict = f"at most {-target:g}  " + ("met" if value <= -target else "MISSED")
        else:
            verdict = f"at least {target:g}  " + ("met" if value >= target else "MISSED")
        print(f"{name:34} {shown:>12}  {verdict:28} {note}".rstrip(), flush=True)

    def finish(self):
        for name in TARGETS:
            if name not in self.measured:
                print(f"{name:34} {'-':>12}  not measured: no rows of it here")


class Tools:
    def __init__(self, parley):
        self.parley = parley

    def run(self, args, text=""):
        done = subprocess.run([self.parley] + args, input=text.encode(), cwd=ROOT,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode != 0:
            sys.exit(f"parley {' '.join(args[:2])}: {done.stderr.decode().strip()}")
        return done.stdout.decode(), done.stderr.decode()

    def classify(self, task, rows, extra=()):
        """[(label, {label: probability})], one for each row."""
        out, err = self.run(["classify", "--task", task, *extra],
                            "".join(text + "\n" for _, text in rows))
        answers = []
        for line in out.rstrip("\n").split("\n"):
            label, _, rest = line.partition("\t")
            odds = (each.rpartition("=") for each in rest.split(" "))
            answers.append((label, {name: float(p) for name, _, p in odds}))
        assert len(answers) == len(rows), "one answer a line"
        return answers, err


def macro_f1(gold, said):
    scores = []
    for label in SENTIMENTS:
        right = sum(g == label and s == label for g, s in zip(gold, said))
        all_of = gold.count(label) + said.count(label)
        if gold.count(label):
            scores.append(2 * right / all_of if all_of else 0)
    return sum(scores) / len(scores)


def share(part, whole):
    return part / whole if whole else 0.0


def recall_at(gold, odds, rate):
    """Share of the negatives found where `rate` of the others are called so, on these very rows."""
    calm = sorted((p for g, p in zip(gold, odds) if g != "negative"), reverse=True)
    allowed = int(rate * len(calm))
    bar = calm[allowed] if allowed < len(calm) else -1
    return share(sum(g == "negative" and p > bar for g, p in zip(gold, odds)),
                 gold.count("negative"))


def measure_sentiment(tools, report, folder):
    service = []
    for path in files_in(folder):
        name = os.path.basename(path)
        known = next((s for s in SETS if s[0] in name), None)
        if name.startswith("train-") or known is None:
            continue
        what, kind, ask = known
        rows = read_rows(path)
        answers, _ = tools.classify("sentiment", rows, ["--kind", kind])
        gold, said = [label for label, _ in rows], [label for label, _ in answers]
        calm = [s == "negative" for g, s in zip(gold, said) if g != "negative"]
        found = [s == "negative" for g, s in zip(gold, said) if g == "negative"]
        odds = [p["negative"] for _, p in answers]
        note = f"{len(rows)} rows, {kind}"
        if kind == "cs":
            service += rows
        if ask == "calm":
            report.add(re.sub(r"^(dev|test)-|\.tsv$", "", name) + " calm",
                       share(sum(calm), len(calm)), note + ", false escalation")
        elif ask == "two":
            pairs = [(g, "negative" if p["negative"] > p["positive"] else "positive")
                     for g, (_, p) in zip(gold, answers) if g != "neutral"]
            report.add(what + " accuracy", share(sum(g == s for g, s in pairs), len(pairs)), note)
        elif ask == "pitfalls":
            report.add("pitfalls negative recall", share(sum(found), len(found)), note)
            report.add("pitfalls false escalation", share(sum(calm), len(calm)))
        elif ask == "service":
            report.add("jddc false escalation", share(sum(calm), len(calm)), note)
            report.add("jddc negative recall", share(sum(found), len(found)))
            report.add("jddc recall at 1 %", recall_at(gold, odds, 0.01))
        else:
            report.add(what + " macro-F1", macro_f1(gold, said), note)
            if what == "airline":
                report.add("airline negative recall", share(sum(found), len(found)))
                report.add("airline false escalation", share(sum(calm), len(calm)))
    return service


def measure_latency(tools, report, rows):
    if not rows:
        return
    for task in ("sentiment", "intent"):
        _, said = tools.classify(task, rows, ["--passes", str(PASSES)])
        for name, value in re.findall(r"(p[0-9.]+) ([0-9.]+) us", said):
            full = f"latency {name} us" if task == "sentiment" else f"intent latency {name} us"
            report.add(full, float(value), f"{len(rows)} service turns, raw text to label")


def split(rows):
    """Four fifths and the fifth that is not learnt, by the text."""
    apart = [zlib.crc32(text.encode()) % 5 == 0 for _, text in rows]
    return ([r for r, a in zip(rows, apart) if not a], [r for r, a in zip(rows, apart) if a])


def write_rows(path, rows):
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(f"{label}\t{text}\n" for label, text in rows)


def out_of_scope_recall(answers, gold, strange):
    """At the highest bar that leaves .90 of the in-scope rows accepted and right."""
    right = sorted((max(p.values()) for (_, p), g in zip(answers, gold)
                    if max(p, key=p.get) == g), reverse=True)
    need = int(0.90 * len(gold) + 0.999999)
    if len(right) < need:
        return 0.0
    return share(sum(max(p.values()) < right[need - 1] for _, p in strange), len(strange))


def measure_retrained(tools, report, folder):
    for path in files_in(folder):
        name = os.path.basename(path)
        known = next((k for k in ("banking77", "clinc150", "hwu64") if k in name), None)
        if not name.startswith("train-") or known is None or "-oos" in name:
            continue
        learnt, test = split(read_rows(path))
        with tempfile.TemporaryDirectory() as work:
            rows, model = os.path.join(work, "rows.tsv"), os.path.join(work, "model.plm")
            write_rows(rows, learnt)
            tools.run(["train", "intent", rows, "-o", model])
            answers, _ = tools.classify("intent", test, ["--model", model])
            gold = [label for label, _ in test]
            right = sum(max(p, key=p.get) == g for (_, p), g in zip(answers, gold))
            report.add(known + " accuracy", share(right, len(test)),
                       f"{len(learnt)} rows learnt, {len(test)} others")
            strange = path.replace(".tsv", "-oos.tsv")
            if os.path.exists(strange):
                unknown, _ = tools.classify("intent", read_rows(strange), ["--model", model])
                report.add(known + " out-of-scope recall",
                           out_of_scope_recall(answers, gold, unknown), "in-scope at .90")


def measure_shipped_intents(tools, report, folder):
    rows = read_rows(os.path.join(ROOT, "tests/routing_text/data/intent_turns.tsv"))
    answers, _ = tools.classify("intent", rows)
    right = sum(max(p, key=p.get) == g for (_, p), (g, _) in zip(answers, rows))
    report.add("intents by hand, best label", share(right, len(rows)), f"{len(rows)} rows")
    for path in files_in(folder):
        if path.endswith("-oos.tsv"):
            strange = read_rows(path)
            answers, _ = tools.classify("intent", strange)
            refused = sum(label == "out_of_scope" for label, _ in answers)
            report.add("out of scope refused", share(refused, len(strange)), f"{len(strange)} rows")


def measure_faq(tools, report, folder):
    for docs in files_in(folder):
        if not docs.endswith("-docs.tsv"):
            continue
        queries = read_rows(docs.replace("-docs.tsv", "-queries.tsv"))
        out, _ = tools.run(["retrieve", docs, "-k", "5"], "".join(q + "\n" for _, q in queries))
        first = five = 0
        for (ids, _), line in zip(queries, out.split("\n")):
            wanted = set(ids.split(","))
            found = [each.rpartition("=")[0] in wanted for each in line.split("\t")]
            first += bool(found[:1] and found[0])
            five += any(found)
        name = re.sub(r"^(dev|test)-(zh|en)-|-docs\.tsv$", "", os.path.basename(docs))
        report.add(name + " R@1", share(first, len(queries)), f"{len(queries)} queries")
        report.add(name + " R@5", share(five, len(queries)))


def main():
    args = sys.argv[1:]
    quick = "--quick" in args
    args = [a for a in args if a != "--quick"]
    parley = os.path.join(ROOT, "build/release/parley")
    if "--parley" in args:
        at = args.index("--parley")
        parley = os.path.abspath(args[at + 1])
        del args[at:at + 2]
    if len(args) != 1 or not os.path.isdir(args[0]):
        sys.exit(__doc__)
    data, tools, report = os.path.abspath(args[0]), Tools(parley), Report()
    service = measure_sentiment(tools, report, os.path.join(data, "sentiment"))
    measure_latency(tools, report, service)
    for task in ("sentiment", "intent"):
        size = os.path.getsize(os.path.join(ROOT, f"models/{task}.plm"))
        report.add(f"{task} model bytes", size)
    measure_shipped_intents(tools, report, os.path.join(data, "intent"))
    if not quick:
        measure_retrained(tools, report, os.path.join(data, "intent"))
    measure_faq(tools, report, os.path.join(data, "faq"))
    report.finish()


if __name__ == "__main__":
    main()
