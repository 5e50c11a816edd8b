#!/usr/bin/env python3
"""Steps of training in PyTorch, beside those of limbeck.benchmarks.gpu.Steps: the same models, losses, batches and names.

As it comes (eager) and compiled by torch.compile; images have their channels last. Each step reads its loss, as training does.
Figures go to the screen and, one line each, to the file named with --out: what, who, value and unit, between tabs.

HOW TO RUN, as a part of benchmarks/gpu-check.sh, or alone:
    python3 gpu_peers.py [--out FILE] [--only eager|compiled] [--seconds N]
Without a GPU, to try the script itself:
    python3 gpu_peers.py --device cpu --quick
"""

import argparse
import re
import sys
import time

try:
    import torch
    from torch import nn
    from torch.nn import functional
except ImportError as missing:
    print(f"PyTorch is not measured: {missing}")
    sys.exit(0)

CLASSES = 10
TEMPERATURE = 4.0
# Student, teacher (None for the labels alone), batch: as in Steps.Training.
TRAININGS = [("resnet20", "resnet56", 128), ("resnet20", None, 128), ("mlp-400-400", "mlp-1200-1200", 128), ("mlp-1200-1200", None, 128)]
TOYS = [("resnet8", "resnet8", 2), ("mlp-30", "mlp-40-40", 8)]


class Block(nn.Module):
    """Two 3x3 convolutions with batch norm, added to a shortcut, which is a 1x1 convolution where shapes change."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        same = inputs == outputs and stride == 1
        self.shortcut = nn.Identity() if same else nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(y)) + self.shortcut(x))


def resnet(depth):
    """The residual network for small images (He et al., CVPR 2016, section 4.2)."""
    layers = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    inputs = 16
    for stage, outputs in enumerate((16, 32, 64)):
        for block in range((depth - 2) // 6):
            layers.append(Block(inputs, outputs, 2 if stage > 0 and block == 0 else 1))
            inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, CLASSES))


def model(name):
    """A model by the name it has in limbeck.nn.models.Models."""
    if match := re.fullmatch(r"resnet(\d+)", name):
        return resnet(int(match[1]))
    layers = [nn.Flatten()]
    inputs = 28 * 28
    for width in name.split("-")[1:]:
        layers += [nn.Linear(inputs, int(width)), nn.ReLU()]
        inputs = int(width)
    return nn.Sequential(*layers, nn.Linear(inputs, CLASSES))


def use(precision):
    """float32 as it is, or rounded to TensorFloat-32 by the tensor cores; bfloat16 is autocast's."""
    wide = precision == "fp32"
    torch.set_float32_matmul_precision("highest" if wide else "high")
    torch.backends.cudnn.allow_tf32 = not wide
    torch.backends.cudnn.benchmark = True


class Training:
    """A student, perhaps its teacher, and a batch on the device."""

    def __init__(self, student, teacher, batch, precision, device, mode):
        torch.manual_seed(1)
        last = torch.channels_last
        self.kind = torch.device(device).type
        self.narrow = precision == "bf16"
        self.student = model(student).to(device, memory_format=last).train()
        self.teacher = model(teacher).to(device, memory_format=last).eval() if teacher else None
        shape = (batch, 1, 28, 28) if student.startswith("mlp") else (batch, 3, 32, 32)
        self.images = torch.randn(shape, device=device).contiguous(memory_format=last)
        self.labels = (torch.arange(batch, device=device) % CLASSES)
        # A small rate, as there.
        self.optimizer = torch.optim.SGD(self.student.parameters(), lr=1e-3, momentum=0.9)
        self.loss = self.forward if mode is None else torch.compile(self.forward, mode=mode)

    def forward(self, images, labels):
        """The loss: of the labels, or half of it and half Hinton's."""
        with torch.autocast(self.kind, torch.bfloat16, enabled=self.narrow):
            logits = self.student(images)
            if self.teacher is None:
                return functional.cross_entropy(logits, labels)
            with torch.no_grad():
                taught = self.teacher(images)
        logits, taught = logits.float(), taught.float()
        divergence = functional.kl_div(functional.log_softmax(logits / TEMPERATURE, 1), functional.softmax(taught / TEMPERATURE, 1),
                                       reduction="batchmean")
        return 0.5 * functional.cross_entropy(logits, labels) + 0.5 * TEMPERATURE**2 * divergence

    def step(self):
        """One step; reading the loss waits for the forward part."""
        if self.kind == "cuda":
            torch.compiler.cudagraph_mark_step_begin()
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(self.images, self.labels)
        loss.backward()
        self.optimizer.step()
        return loss.item()


def wait(device):
    """Until all is done that was launched."""
    if torch.device(device).type == "cuda":
        torch.cuda.synchronize()


def measure(training, device, seconds):
    """Seconds of a step: the best of three series, after a warm-up in which kernels are chosen and compiled."""
    for _ in range(3):
        training.step()
    start, count = time.perf_counter(), 0
    while count == 0 or time.perf_counter() - start < seconds:
        training.step()
        count += 1
    wait(device)
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        for _ in range(count):
            training.step()
        wait(device)
        best = min(best, (time.perf_counter() - start) / count)
    return best


def say(line, out):
    """To the screen and to the file, at once: time may run out."""
    print(line, flush=True)
    if out:
        with open(out, "a", encoding="utf-8") as file:
            file.write(line + "\n")


def plan(quick, only):
    """What is measured, the most wanted first: who, mode of the compiler, precision, training."""
    trainings = TOYS if quick else TRAININGS
    if only != "compiled":
        for precision in ("tf32",) if quick else ("tf32", "fp32", "bf16"):
            for training in trainings:
                yield "PyTorch eager", None, precision, training
    if only != "eager":
        taught = [training for training in trainings if training[1]]
        for training in taught:
            yield "torch.compile", "default", "tf32", training
        for training in taught:
            yield "torch.compile, graphs", "reduce-overhead", "tf32", training
        for training in trainings:
            if not training[1]:
                yield "torch.compile", "default", "tf32", training


def main():
    """Measures all; what fails is a remark, and the rest goes on."""
    parser = argparse.ArgumentParser(description="Steps of training in PyTorch, beside those of Limbeck.")
    parser.add_argument("--out", help="file that figures are added to")
    parser.add_argument("--device", default="cuda", help="cuda, or cpu to try the script")
    parser.add_argument("--only", choices=("eager", "compiled"), help="a half of it")
    parser.add_argument("--quick", action="store_true", help="sizes of toys")
    parser.add_argument("--seconds", type=float, default=0.5, help="length of a series")
    args = parser.parse_args()
    if args.device == "cuda" and not torch.cuda.is_available():
        say("# PyTorch is not measured: it sees no GPU", args.out)
        return
    say(f"# beside us: PyTorch {torch.__version__}", args.out)
    for who, mode, precision, (student, teacher, batch) in plan(args.quick, args.only):
        what = f"step {student}{f' from {teacher}' if teacher else ''}, batch {batch}, {precision}"
        try:
            use(precision)
            torch.compiler.reset()
            seconds = measure(Training(student, teacher, batch, precision, args.device, mode), args.device, 0.01 if args.quick else args.seconds)
            say(f"{what}\t{who}\t{batch / seconds:.6g}\tsamples/s", args.out)
        except Exception as failure:  # Whatever PyTorch or its compiler throws, the other figures are wanted.
            reason = (str(failure).splitlines() or [type(failure).__name__])[0]
            say(f"# {what} by {who} failed: {reason}", args.out)


if __name__ == "__main__":
    main()
