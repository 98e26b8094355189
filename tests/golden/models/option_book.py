# wrt: spot, volatility
# at: 100.0, 0.2, [90.0, 100.0, 110.0], 1.5
import math


def normal(z):
    return 0.5 * math.erfc(-z / math.sqrt(2))


def option_book(spot, volatility, strikes, maturity):
    total = 0.0
    spread = volatility * math.sqrt(maturity)
    for strike in strikes:
        upper = (math.log(spot / strike) + 0.5 * spread * spread) / spread
        total += spot * normal(upper) - strike * normal(upper - spread)
    return total


# output
# grad(option_book), spot: float, volatility: float, strikes: list[float], maturity: float
def option_book_grad(spot, volatility, strikes, maturity, out_bar=1.0):
    t = math.sqrt(maturity)
    spread = volatility * t
    t_1 = 0.5 * spread
    t_2 = t_1 * spread
    t_3 = math.sqrt(2)
    saved = []
    for strike in strikes:
        upper = (math.log(spot / strike) + t_2) / spread
        t_4 = -upper / t_3
        saved.append((strike, -(upper - spread) / t_3, 0.5 * math.erfc(t_4), t_4, upper))
    t_bar = 0.5 * (out_bar * spot)                              # return 0.5 * math.erfc(-z / math.sqrt(2))
    spot_bar, spread_bar, t_bar_1 = 0.0, 0.0, 0.0
    for _ in range(len(saved)):                                 # for strike in strikes:
        strike, t_2, t_4, t_5, upper = saved.pop()
        t_2 = -2.0 / math.sqrt(math.pi) * math.exp(-t_2 * t_2)  # return 0.5 * math.erfc(-z / math.sqrt(2))
        upper_bar = 0.5 * (out_bar * strike) * t_2 / t_3
        # total += spot * normal(upper) - strike * normal(upper - spread)
        spread_bar -= upper_bar
        # return 0.5 * math.erfc(-z / math.sqrt(2))
        t_bar_2 = t_bar * (-2.0 / math.sqrt(math.pi) * math.exp(-t_5 * t_5)) / t_3
        upper_bar -= t_bar_2
        # upper = (math.log(spot / strike) + 0.5 * spread * spread) / spread
        t_bar_2 = upper_bar / spread
        spread_bar -= t_bar_2 * upper
        t_bar_1 += t_bar_2
        spot_bar = spot_bar + out_bar * t_4 + t_bar_2 / (spot / strike) / strike
    spread_bar += 2.0 * (t_bar_1 * t_1)
    volatility_bar = spread_bar * t       # spread = volatility * math.sqrt(maturity)
    return spot_bar, volatility_bar
