"""The networks of sequence models compute, forwards and backwards, what PyTorch computes with the same parameters: the
cells it has by its own modules, the others, attention and random fields by formulas that its autograd differentiates."""

import itertools
import os
import pathlib
import subprocess

import support
from support import check

support.need("python3-torch")
import torch

TESTS = pathlib.Path(os.environ.get("EQUIVEC_SEQUENCE_TESTS",
                                    support.ROOT / "build" / "release" / "tests" / "equivec_sequence_tests"))
BOUND = 1e-5


def simplified_gru(x, h, c, p, suffix):
    u, n = (x @ p["weight_ih" + suffix].T + h @ p["weight_hh" + suffix].T + p["bias" + suffix]).chunk(2)
    u = torch.sigmoid(u)
    return u * torch.tanh(n) + (1 - u) * h, c


def peephole_lstm(x, h, c, p, suffix):
    i, f, g, o = (x @ p["weight_ih" + suffix].T + h @ p["weight_hh" + suffix].T + p["bias" + suffix]).chunk(4)
    pi, pf, po = p["weight_peephole" + suffix]
    c = torch.sigmoid(f + pf * c) * c + torch.sigmoid(i + pi * c) * torch.tanh(g)
    return torch.sigmoid(o + po * c) * torch.tanh(c), c


def by_formula(step, case, p, layers, directions):
    """Sequence by sequence, step by step: the outputs, and the states as the program has them."""
    inputs, start = case["inputs"], case["start"]
    outputs, states = [], []
    for b, length in enumerate(case["lengths"].tolist()):
        values, last = inputs[b, :length], []
        for layer, direction in itertools.product(range(layers), range(directions)):
            if direction == 0:
                below, made = values, []
            row, order = layer * directions + direction, range(length)[::-1 if direction else 1]
            h, c, found = start[0, row, b], start[-1, row, b], {}
            for t in order:
                h, c = step(below[t], h, c, p, f"_l{layer}" + "_reverse" * direction)
                found[t] = h
            made.append(torch.stack([found[t] for t in range(length)]))
            last.append(torch.stack([h, c][:len(start)]))
            values = torch.cat(made, 1)
        outputs.append(torch.nn.functional.pad(values, (0, 0, 0, inputs.shape[1] - length)))
        states.append(torch.stack(last, 1))
    return torch.stack(outputs), torch.stack(states, 2)


def by_module(kind, case, p, layers, directions):
    """PyTorch's own cell on packed sequences, with the parameters as they are."""
    module = getattr(torch.nn, kind.upper())(7, 11, layers, batch_first=True, bidirectional=directions == 2)
    names = [name for name, _ in module.named_parameters()]
    check(f"{kind} {layers} {directions}: names of the parameters", sorted(names) == sorted(p), sorted(p))
    packed = torch.nn.utils.rnn.pack_padded_sequence(case["inputs"], case["lengths"], True, False)
    start = tuple(case["start"]) if kind == "lstm" else case["start"][0]
    for name in names:  # in place of the module's own, so that the gradients are those of p
        delattr(module, name)
        setattr(module, name, p[name])
    module._flat_weights = [p[name] for name in module._flat_weights_names]
    outputs, state = module(packed, start)
    outputs, _ = torch.nn.utils.rnn.pad_packed_sequence(outputs, True, total_length=case["inputs"].shape[1])
    return outputs, torch.stack(state) if kind == "lstm" else state[None]


def attention(case, p):
    scores = torch.tanh(case["query"][:, None] @ p["query_weight"].T + case["inputs"] @ p["key_weight"].T)
    scores = (scores @ p["score_weight"]).masked_fill(~case["mask"], float("-inf"))
    return (scores.softmax(1)[:, :, None] * case["inputs"]).sum(1)


def crf(case, p):
    """By going through all the tags that there could be."""
    def score(emissions, tags):
        moves = sum((p["transitions"][i, j] for i, j in zip(tags, tags[1:])), torch.zeros(()))
        return p["start"][tags[0]] + p["end"][tags[-1]] + moves + sum(row[tag] for row, tag in zip(emissions, tags))

    likelihoods = []
    for emissions, tags, length in zip(case["inputs"], case["tags"].tolist(), case["lengths"].tolist()):
        paths = itertools.product(range(emissions.shape[1]), repeat=length)
        every = torch.stack([score(emissions[:length], path) for path in paths])
        likelihoods.append(score(emissions[:length], tags[:length]) - every.logsumexp(0))
    return torch.stack(likelihoods)


def check_case(name, case):
    p = {key.removeprefix("parameter "): value.requires_grad_() for key, value in case.items()
         if key.startswith("parameter ")}
    case["inputs"].requires_grad_()
    kind, *shape = name.split()
    if kind == "attention":
        outputs = attention(case, p)
        loss = (outputs ** 2).sum()
    elif kind == "crf":
        outputs = crf(case, p)
        loss = outputs.sum()
    else:
        shape = list(map(int, shape))
        step = {"simplified-gru": simplified_gru, "peephole-lstm": peephole_lstm}.get(kind)
        outputs, state = by_formula(step, case, p, *shape) if step else by_module(kind, case, p, *shape)
        check(f"{name}: states to {BOUND}", differ(state, case["state"]) < BOUND, differ(state, case["state"]))
        loss = (outputs * case["weights"]).sum() + state.sum()
    check(f"{name}: outputs to {BOUND}", differ(outputs, case["outputs"]) < BOUND, differ(outputs, case["outputs"]))
    loss.backward()
    errors = {key: differ(value.grad, case["gradient " + key]) for key, value in p.items()}
    errors["inputs"] = differ(case["inputs"].grad, case["gradient of inputs"])
    check(f"{name}: gradients to {BOUND}", max(errors.values()) < BOUND, errors)


def differ(found, expected):
    """The greatest difference, of numbers above 1 as a share of the greatest."""
    return ((found - expected).abs().max() / expected.abs().max().clamp(min=1)).item()


if not TESTS.exists():
    print(f"skipped: needs {TESTS}, which is built where libtorch is")
    raise SystemExit(77)
folder = support.folder()
subprocess.run([TESTS, "[.peer]"], check=True, stdout=subprocess.DEVNULL,
               env=os.environ | {"EQUIVEC_PEER_FOLDER": str(folder)})
cases = sorted(folder.glob("*.pt"))
check("22 cases were written", len(cases) == 22, cases)
for file in cases:
    check_case(file.stem, torch.load(file))
support.finish()
