"""The course of a training run, whatever network learns and from what: learners side by side, rate, running average, log and checkpoint.

On a CPU --learners processes learn side by side, one thread each, and average their gradients every step. (Threads inside one process wait for each
other at every layer, which on a busy machine costs several times what it gives.) OUT/last.pt holds weights, their running average, optimiser and counts,
so that a stopped run goes on with --resume. The learning rate follows a cosine over the wall-clock minutes given.
"""

import argparse
import json
import math
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.distributed as dist
from torch import nn

SAID = 200  # steps between lines of the log


def arguments(lr: float, final: float, decay: float) -> argparse.ArgumentParser:
    """What every run is told, with this run's usual rate, share of it at the end, and weight decay."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--lr", type=float, default=lr)
    parser.add_argument("--final", type=float, default=final, help="share of --lr at the end")
    parser.add_argument("--warm", type=int, default=200, help="steps of warm-up")
    parser.add_argument("--decay", type=float, default=decay, help="weight decay")
    parser.add_argument("--resume", help="go on with this checkpoint as it was")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--learners", type=int, default=2, help="processes that learn, on a CPU")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--average", type=float, default=0.998)
    return parser


def run(learn: Callable, args: argparse.Namespace) -> None:
    """Call learn(rank, args, meet) in every learner's process; on a GPU in this one."""
    Path(args.out).mkdir(parents=True, exist_ok=True)
    if args.device == "cpu":
        with tempfile.TemporaryDirectory() as folder:
            torch.multiprocessing.spawn(learn, (args, f"file://{folder}/meet"), nprocs=args.learners)
    else:
        args.learners = 1
        learn(0, args)


class Course:
    """One learner's way through a run: `while course.going(): course.learn(losses, …)`, then `course.end()`."""

    def __init__(self, make: Callable[[], nn.Module], rank: int, args: argparse.Namespace, meet: str | None):
        self.rank, self.args, self.meet, self.out = rank, args, meet, Path(args.out)
        if meet:
            dist.init_process_group("gloo", init_method=meet, rank=rank, world_size=args.learners)
            torch.set_num_threads(1)
        torch.manual_seed(args.seed)
        self.device = torch.device(args.device)
        self.network, self.average = make().to(self.device, memory_format=torch.channels_last), make().to(self.device)
        kinds = ([p for p in self.network.parameters() if (p.ndim > 1) == wide] for wide in (True, False))
        self.learner = torch.optim.AdamW([{"params": p, "weight_decay": d} for p, d in zip(kinds, (args.decay, 0.0))], lr=args.lr, betas=(0.9, 0.99))
        self.seen = self.step = 0
        if args.resume:
            state = torch.load(args.resume, map_location=self.device, weights_only=False)
            self.network.load_state_dict(state["eyes"])
            self.average.load_state_dict(state["average"])
            self.learner.load_state_dict(state["learner"])
            self.seen, self.step = state["seen"], state["step"]
        else:
            self.begin(self.network.state_dict())
        self.network.train()
        self.seed = args.seed + self.step + 1000003 * rank  # of what is drawn: a resumed run sees other pictures
        self.start = self.said = time.monotonic()
        self.first, self.told, self.sums, self.done = self.step, self.seen, {}, 0.0

    def begin(self, weights: dict) -> None:
        """Begin with these weights."""
        self.network.load_state_dict(weights)
        self.average.load_state_dict(weights)

    def going(self) -> bool:
        """Whether there is time left; sets the rate of the next step."""
        args = self.args
        warm = min(1.0, (self.step - self.first + 1) / args.warm)
        self.rate = args.lr * (args.final + (1 - args.final) * 0.5 * (1 + math.cos(math.pi * self.done))) * warm
        for group in self.learner.param_groups:
            group["lr"] = self.rate
        return self.done < 1

    def learn(self, losses: dict[str, torch.Tensor], samples: int, **told) -> None:
        """One step down the sum of the losses, of that many samples; `told` goes to the log only."""
        self.learner.zero_grad(set_to_none=True)
        sum(losses.values()).backward()
        self.done = (time.monotonic() - self.start) / 60 / self.args.minutes
        if self.meet:
            self.done = average_gradients(self.network, self.done)
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        if torch.isfinite(norm):
            self.learner.step()
        self.step, self.seen = self.step + 1, self.seen + samples * self.args.learners
        if self.rank:
            return
        keep = min(self.args.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            kept, now = list(self.average.state_dict().values()), list(self.network.state_dict().values())
            torch._foreach_lerp_([a for a in kept if a.is_floating_point()], [b for b in now if b.is_floating_point()], 1 - keep)
        for name, value in (losses | told).items():
            self.sums[name] = self.sums.get(name, 0.0) + torch.as_tensor(value).detach()
        if self.step % SAID == 0:
            self.say()

    def say(self) -> None:
        now = time.monotonic()
        line = {"step": self.step, "samples": self.seen, "minute": round((now - self.start) / 60, 1), "rate": round(self.rate, 6)}
        line |= {"per_s": round((self.seen - self.told) / (now - self.said))} | {name: round(float(v) / SAID, 4) for name, v in self.sums.items()}
        print(json.dumps(line), flush=True)
        with open(self.out / "log.jsonl", "a") as file:
            file.write(json.dumps(line) + "\n")
        self.said, self.told, self.sums = now, self.seen, {}
        self.save()

    def save(self) -> None:
        """A reader never sees a half-written checkpoint."""
        path = self.out / "last.pt"
        state = {"eyes": self.network.state_dict(), "average": self.average.state_dict(), "learner": self.learner.state_dict()}
        torch.save(state | {"seen": self.seen, "step": self.step}, path.with_suffix(".part"))
        os.replace(path.with_suffix(".part"), path)

    def end(self) -> None:
        if self.rank == 0:
            self.save()
        if self.meet:
            dist.barrier()
            dist.destroy_process_group()


def average_gradients(network: nn.Module, done: float) -> float:
    """Mean gradient over all learners, in place; returns the first learner's `done`, so that all stop at the same step."""
    grads = [p.grad if p.grad is not None else p.new_zeros(p.shape) for p in network.parameters()]
    flat = torch.cat([g.reshape(-1) for g in grads] + [torch.tensor([done if dist.get_rank() == 0 else 0.0])])
    dist.all_reduce(flat)
    done, flat, at = float(flat[-1]), flat / dist.get_world_size(), 0
    for g in grads:
        g.copy_(flat[at : at + g.numel()].view_as(g))
        at += g.numel()
    return done
