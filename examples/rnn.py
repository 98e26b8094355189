"""A recurrent network written by hand, trained to recite a line: parameters as a dictionary.

The gradient comes in the parameters' structure.  Training is Adam in a few lines.
"""

import numpy as np

import sourcead

TEXT = "to be, or not to be, that is the question."
LETTERS = sorted(set(TEXT))
CODES = [LETTERS.index(letter) for letter in TEXT]


def step(params, h, code):
    """The next state, and the scores of the letter to come."""
    h = np.tanh(params["letters"][code] + params["recurrent"] @ h + params["bias"])
    return h, params["out"] @ h


def loss(params, codes, following):
    """Mean surprise at the letters that follow, each given all before it."""
    h = np.zeros(len(params["bias"]))
    total = 0.0
    for code, answer in zip(codes, following):
        h, scores = step(params, h, code)
        scores = scores - np.max(scores)
        total += np.log(np.sum(np.exp(scores))) - scores[answer]
    return total / len(codes)


loss_and_gradient = sourcead.value_and_grad(loss)


def initial(n, rng):
    return {
        "letters": 0.3 * rng.normal(size=(len(LETTERS), n)),
        "recurrent": rng.normal(size=(n, n)) / n**0.5,
        "bias": np.zeros(n),
        "out": rng.normal(size=(len(LETTERS), n)) / n**0.5,
    }


def train(params, turns, rate=0.01):
    mean = {name: np.zeros_like(value) for name, value in params.items()}
    square = {name: np.zeros_like(value) for name, value in params.items()}
    for turn in range(1, turns + 1):
        value, gradient = loss_and_gradient(params, CODES[:-1], CODES[1:])
        for name, g in gradient.items():
            mean[name] += 0.1 * (g - mean[name])
            square[name] += 0.001 * (g * g - square[name])
            corrected = square[name] / (1.0 - 0.999**turn)
            params[name] -= rate * mean[name] / (1.0 - 0.9**turn) / (np.sqrt(corrected) + 1e-8)
        if turn == 1 or turn % 10 == 0:
            print(f"{turn:5} {value:8.4f}   {recited(params)}")


def recited(params):
    """The likeliest letter after each, from the first on."""
    h = np.zeros(len(params["bias"]))
    codes = [CODES[0]]
    while len(codes) < len(TEXT):
        h, scores = step(params, h, codes[-1])
        codes.append(int(np.argmax(scores)))
    return "".join(LETTERS[code] for code in codes)


def main():
    print(" turn     loss   recites")
    train(initial(32, np.random.default_rng(0)), turns=80)


if __name__ == "__main__":
    main()
