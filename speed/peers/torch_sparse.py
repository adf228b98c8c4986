"""One training step of variational sparse coding in PyTorch, to hold `bench speed`'s beside.

Fallah and Rozell 2022 (2205.03665), the linear generator at the published sizes: D = 256,
256 atoms, batch 100, J = 20 samples of a thresholded Laplace (fixed threshold), encoder
256-512-1024-512-256 with ReLU and two linear heads. Of each datum the sample of the
least loss counts. Backward through the threshold as the published code does it (ste-code:
the shift counts once outside the bracket and once where a latent is active).

    loss = min_j 1/D |x - A z_j|^2 + w sum_h KL(Laplace(m_h, b_h) || Laplace(0, 0.1))

Both the encoder and the dictionary are moved by Adam: the published code moves the one by
Nesterov SGD and the other by a step of its own, which cost about the same or less and are
a few per cent of a step. float32, synthetic data.

Two forms are timed. `published` keeps all J samples on the autograd graph, as the code
does, so that its backward pass is over 2000 rows of which 1900 have a gradient of zero.
`picked` finds the winners without a graph and builds one for these 100 rows alone.

usage: OMP_NUM_THREADS=1 taskset -c 0 python3 torch_sparse.py [seconds a form]
prints a line of JSON a form: milliseconds a step, the median of blocks of ten steps, by
the wall and by the process's own time, which leaves out waiting for the processor.
"""
import json
import statistics
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

D, H, B, J = 256, 256, 100, 20
WIDTHS = (512, 1024, 512, 256)
SPREAD, LAMBDA, WEIGHT = 0.1, 0.25, 0.01  # prior scale, threshold, of the KL
FLOOR = 1e-3


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        layers, width = [], D
        for w in WIDTHS:
            layers += [nn.Linear(width, w), nn.ReLU(inplace=True)]
            width = w
        self.net = nn.Sequential(*layers)
        self.shift, self.logscale = nn.Linear(width, H), nn.Linear(width, H)

    def forward(self, x):
        h = self.net(x)
        return self.shift(h), torch.exp(self.logscale(h)) + FLOOR


def noise(b, shape):
    """Laplace noise of scale b by the inverse of its distribution function, as published."""
    u = torch.rand(shape) - 0.5
    return -b * u.sign() * torch.log((1 - 2 * u.abs()).clamp(min=1e-6))


def threshold(m, e):
    """Samples of shift m [B,1,H] and noise e [B,J,H]: their value is the thresholded one,
    their derivative 1 + [active] in m and 1 in e."""
    with torch.no_grad():
        soft = F.softshrink(e, LAMBDA)
        active = soft != 0
    through = m + e
    # the value of the bracket is the code, 0 where it is not active; m inside it is live
    return through + torch.where(active, m + soft, torch.zeros(())) - through.detach()


def kl(m, b):
    a = m.abs()
    return a / SPREAD + torch.log(SPREAD / b) - 1 + b / SPREAD * torch.exp(-a / b)


def published(encoder, A, x):
    m, b = encoder(x)
    m, b = m.unsqueeze(1), b.unsqueeze(1)
    z = threshold(m, noise(b, (B, J, H)))
    recon = F.linear(z, A)
    each = (x.unsqueeze(1) - recon).pow(2).mean(-1)  # [B,J]
    best = each.detach().argmin(1, keepdim=True)
    return (each.gather(1, best).squeeze(1) + WEIGHT * kl(m, b).sum(-1).squeeze(1)).mean()


def picked(encoder, A, x):
    m, b = encoder(x)
    with torch.no_grad():
        e = noise(torch.ones(()), (B, J, H))  # of scale 1: the winner's is scaled again below
        s = F.softshrink(b.unsqueeze(1) * e, LAMBDA)
        z = torch.where(s != 0, m.unsqueeze(1) + s, torch.zeros(()))
        each = (x.unsqueeze(1) - F.linear(z, A)).pow(2).mean(-1)
        e = e[torch.arange(B), each.argmin(1)]  # [B,H]
    z = threshold(m, b * e)
    return ((x - F.linear(z, A)).pow(2).mean(-1) + WEIGHT * kl(m, b).sum(-1)).mean()


def stepper(loss_of):
    torch.manual_seed(1)
    encoder = Encoder()
    A = torch.randn(D, H)
    A = nn.Parameter(A / A.norm(dim=0))
    data = torch.randn(20 * B, H) * (torch.rand(20 * B, H) < 0.1) @ A.detach().t()
    adam = torch.optim.Adam([*encoder.parameters(), A], lr=1e-3, foreach=True)
    i = 0

    def step():
        nonlocal i
        x = data[i % 20 * B:][:B]
        i += 1
        adam.zero_grad(set_to_none=True)
        loss = loss_of(encoder, A, x)
        loss.backward()
        adam.step()
        return loss

    return step


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5
    torch.set_num_threads(1)
    for loss_of in (published, picked):
        step = stepper(loss_of)
        first = step().item()
        for _ in range(20):
            step()
        blocks, busy, end = [], [], time.perf_counter() + seconds
        while time.perf_counter() < end or len(blocks) < 5:
            start, used = time.perf_counter(), time.process_time()
            for _ in range(10):
                last = step()
            blocks.append((time.perf_counter() - start) * 100)
            busy.append((time.process_time() - used) * 100)
        print(json.dumps({
            "form": loss_of.__name__, "torch": torch.__version__, "threads": torch.get_num_threads(),
            "ms": round(statistics.median(blocks), 3), "min": round(min(blocks), 3), "max": round(max(blocks), 3),
            "cpu_ms": round(statistics.median(busy), 3),
            "steps": 10 * len(blocks), "loss": [round(first, 4), round(last.item(), 4)],
        }), flush=True)


if __name__ == "__main__":
    main()
