#!/usr/bin/env python3
"""Writes fresh examples computed with exact fractions: worked_constructed.cpp (accounts), worked_plans.cpp (plans).

Nothing here is taken from the program. A liquidation price is found the long way round: every combination of
brackets the legs could be in is tried, its linear equation solved, and kept if the notionals at the solution lie
in those very brackets. Of several the one nearest to the mark counts.

    tests/domain/worked_examples.py           writes both files into models/domain/risk
    tests/domain/worked_examples.py --check   ends with 1 where they are not what it would write
"""
import itertools
import pathlib
import sys
from fractions import Fraction as F

SOURCE = "Computed independently with exact fractions"

# leverage, cap, rate, maintenance amount; as the exchange published them (protocol reference 10.3).
TABLES = {
    "default": [(125, 50_000, "0.004", 0), (100, 250_000, "0.005", 50), (50, 1_000_000, "0.01", 1_300),
                (20, 10_000_000, "0.025", 16_300), (10, 10**13, "0.05", 266_300)],
    "BTCUSDT": [(150, 300_000, "0.004", 0), (100, 800_000, "0.005", 300), (75, 3_000_000, "0.0065", 1_500),
                (50, 12_000_000, "0.01", 12_000), (25, 70_000_000, "0.02", 132_000),
                (20, 100_000_000, "0.025", 482_000), (10, 230_000_000, "0.05", 2_982_000),
                (5, 480_000_000, "0.1", 14_482_000), (4, 600_000_000, "0.125", 26_482_000),
                (3, 800_000_000, "0.15", 41_482_000), (2, 1_200_000_000, "0.25", 121_482_000),
                (1, 1_800_000_000, "0.5", 421_482_000)],
    "ETHUSDT": [(150, 300_000, "0.004", 0), (100, 800_000, "0.005", 300), (75, 3_000_000, "0.0065", 1_500),
                (50, 12_000_000, "0.01", 12_000), (25, 50_000_000, "0.02", 132_000),
                (20, 65_000_000, "0.025", 382_000), (10, 150_000_000, "0.05", 2_007_000),
                (5, 320_000_000, "0.1", 9_507_000), (4, 400_000_000, "0.125", 17_507_000),
                (3, 530_000_000, "0.15", 27_507_000), (2, 800_000_000, "0.25", 80_507_000),
                (1, 1_200_000_000, "0.5", 280_507_000)],
    "DOGEUSDT": [(75, 80_000, "0.0065", 0), (50, 150_000, "0.01", 280), (40, 750_000, "0.0125", 655),
                 (25, 2_000_000, "0.02", 6_280), (20, 4_000_000, "0.025", 16_280),
                 (10, 20_000_000, "0.05", 116_280), (5, 40_000_000, "0.1", 1_116_280),
                 (4, 50_000_000, "0.125", 2_116_280), (2, 100_000_000, "0.25", 8_366_280),
                 (1, 200_000_000, "0.5", 33_366_280)],
    "1000PEPEUSDT": [(75, 20_000, "0.0065", 0), (50, 200_000, "0.01", 70), (40, 300_000, "0.015", 1_070),
                     (25, 1_500_000, "0.02", 2_570), (20, 3_000_000, "0.025", 10_070),
                     (10, 15_000_000, "0.05", 85_070), (5, 20_000_000, "0.1", 835_070),
                     (4, 25_000_000, "0.125", 1_335_070), (2, 30_000_000, "0.25", 4_460_070),
                     (1, 35_000_000, "0.5", 11_960_070)],
    "ACTUSDT": [(10, 10_000, "0.05", 0), (5, 60_000, "0.1", 500), (4, 70_000, "0.125", 2_000),
                (3, 250_000, "0.1667", 4_919), (2, 500_000, "0.25", 25_744), (1, 800_000, "0.5", 150_744)],
}


def rows_of(table):
    floor = F(0)
    for index, (_, cap, rate, amount) in enumerate(TABLES[table]):
        is_last = index + 1 == len(TABLES[table])
        yield floor, None if is_last else F(cap), F(rate), F(amount)
        floor = F(cap)


def bracket_of(table, notional):
    for index, (floor, cap, rate, amount) in enumerate(rows_of(table)):
        if cap is None or notional <= cap:
            return index + 1, rate, amount
    raise AssertionError


class Leg:
    """An open position; size signed, short negative."""

    def __init__(self, symbol, side, quantity, entry, mark, margin, leverage=10, wallet="0", table=None,
                 position_side="both"):
        self.symbol, self.position_side, self.margin = symbol, position_side, margin
        self.side, self.texts = side, (quantity, entry, mark, wallet)
        self.size = F(quantity) * (1 if side == "buy" else -1)
        self.entry, self.mark, self.wallet = F(entry), F(mark), F(wallet)
        self.leverage, self.table = leverage, table or symbol

    def pnl(self, price=None):
        return self.size * ((self.mark if price is None else price) - self.entry)

    def notional(self):
        return abs(self.size) * self.mark

    def maintenance(self):
        _, rate, amount = bracket_of(self.table, self.notional())
        return self.notional() * rate - amount


def solve(legs, balance, mark):
    """Prices at which balance + profit of the legs = their maintenance margins; the nearest to mark or None."""
    found = []
    for rows in itertools.product(*(list(rows_of(leg.table)) for leg in legs)):
        constant, slope = balance, F(0)
        for leg, (_, _, rate, amount) in zip(legs, rows):
            constant += amount - leg.size * leg.entry
            slope += leg.size - abs(leg.size) * rate
        if slope == 0:
            continue
        price = -constant / slope
        if price <= 0:
            continue
        fits = all((floor < abs(leg.size) * price or floor == 0) and (cap is None or abs(leg.size) * price <= cap)
                   for leg, (floor, cap, _, _) in zip(legs, rows))
        if fits:
            found.append(price)
    return min(found, key=lambda price: abs(price - mark)) if found else None


def fixed(value, decimals):
    """Half to even, as text."""
    if value is None:
        return "none"
    scaled = value * 10**decimals
    whole = round(scaled)  # Fraction rounds half to even
    sign = "-" if whole < 0 else ""
    digits = str(abs(whole)).rjust(decimals + 1, "0")
    return sign + (digits[:-decimals] + "." + digits[-decimals:] if decimals else digits)


class Account:
    def __init__(self, topic, title, wallet, legs, fills=(), tick="0.01", orders=()):
        self.orders = list(orders)
        self.topic, self.title, self.wallet_text, self.tick = topic, title, wallet, tick
        self.start = [(leg.texts, leg.side, leg.size) for leg in legs]
        self.wallet, self.legs, self.fills = F(wallet), legs, list(fills)
        self.expected = []
        for fill in self.fills:
            self.trade(*fill)

    def trade(self, index, side, quantity, price, fee_rate):
        leg = self.legs[index]
        signed = F(quantity) * (1 if side == "buy" else -1)
        price = F(price)
        self.wallet -= abs(signed) * price * F(fee_rate)
        before = leg.wallet
        if leg.size * signed >= 0:
            total = leg.size + signed
            leg.entry = (leg.size * leg.entry + signed * price) / total
            leg.size = total
            if leg.margin == "isolated":
                leg.wallet += abs(signed) * price / leg.leverage
        else:
            closed = min(abs(signed), abs(leg.size)) * (1 if leg.size > 0 else -1)
            self.wallet += closed * (price - leg.entry)
            rest = leg.size + signed
            if abs(signed) < abs(leg.size):
                leg.wallet = leg.wallet * rest / leg.size
            else:
                leg.entry = price
                leg.wallet = abs(rest) * price / leg.leverage if leg.margin == "isolated" else F(0)
            leg.size = rest
        self.wallet -= leg.wallet - before

    def open(self):
        return [leg for leg in self.legs if leg.size != 0]

    def cross(self):
        return [leg for leg in self.open() if leg.margin == "cross"]

    def balance(self):
        return self.wallet + sum(leg.pnl() for leg in self.cross())

    def liquidation(self, leg):
        if leg.size == 0:
            return None
        if leg.margin == "isolated":
            return solve([leg], leg.wallet, leg.mark)
        together = [other for other in self.cross() if other.symbol == leg.symbol]
        others = [other for other in self.cross() if other.symbol != leg.symbol]
        return solve(together, self.wallet + sum(o.pnl() - o.maintenance() for o in others), leg.mark)

    def ratio(self, leg):
        pool = self.cross() if leg.margin == "cross" else [leg]
        balance = self.balance() if leg.margin == "cross" else leg.wallet + leg.pnl()
        return sum(l.maintenance() for l in pool) / balance * 100 if balance > 0 else None

    def bankruptcy(self, leg):
        if leg.margin == "isolated":
            together, balance = [leg], leg.wallet
        else:
            together = [other for other in self.cross() if other.symbol == leg.symbol]
            balance = self.wallet + sum(o.pnl() for o in self.cross() if o.symbol != leg.symbol)
        net = sum(l.size for l in together)
        if net == 0:
            return None
        price = (sum(l.size * l.entry for l in together) - balance) / net
        return price if price > 0 else None

    def level(self):
        worst = 0
        for leg in self.open():
            ratio = self.ratio(leg)
            worst = max(worst, 3 if ratio is None or ratio >= 80 else 2 if ratio >= 50 else 1 if ratio >= 30 else 0)
        return ["SAFE", "MEDIUM", "HIGH", "CRITICAL"][worst]

    def available(self):
        """Cross margin balance less what positions and open orders bind: the larger of both ways an order can go."""
        bound = F(0)
        for index, leg in enumerate(self.legs):
            position = leg.size * leg.mark
            mine = [order for order in self.orders if order[0] == index]
            buys = sum(F(q) * F(p) for _, side, q, p in mine if side == "buy")
            sells = sum(F(q) * F(p) for _, side, q, p in mine if side == "sell")
            needed = max(abs(position + buys), abs(position - sells)) / leg.leverage
            own = abs(position) / leg.leverage
            bound += max(needed, own) if leg.margin == "cross" else max(F(0), needed - own)
        return max(F(0), self.balance() - bound)

    def tick_of(self, leg):
        price = self.liquidation(leg)
        if price is None:
            return None
        steps = price / F(self.tick)
        down = steps.numerator // steps.denominator
        return F(self.tick) * (down if price < leg.mark or down == steps else down + 1)

    def expect(self, figure, index=0, decimals=4):
        leg = self.legs[index]
        value = {
            "LiquidationPrice": lambda: fixed(self.liquidation(leg), decimals),
            "LiquidatingTick": lambda: fixed(self.tick_of(leg), decimals),
            "BankruptcyPrice": lambda: fixed(self.bankruptcy(leg), decimals),
            "EntryPrice": lambda: fixed(leg.entry if leg.size else None, decimals),
            "Amount": lambda: fixed(leg.size if leg.size else None, decimals),
            "IsolatedWallet": lambda: fixed(leg.wallet if leg.size else None, decimals),
            "Bracket": lambda: str(bracket_of(leg.table, leg.notional())[0]),
            "InitialMargin": lambda: fixed(leg.notional() / leg.leverage, decimals),
            "MaintenanceMargin": lambda: fixed(leg.maintenance(), decimals),
            "UnrealizedPnl": lambda: fixed(leg.pnl(), decimals),
            "MarginRatio": lambda: fixed(self.ratio(leg), decimals),
            "CrossWallet": lambda: fixed(self.wallet, decimals),
            "MarginBalance": lambda: fixed(
                self.wallet + sum(l.wallet + l.pnl() for l in self.open() if l.margin == "isolated")
                + sum(l.pnl() for l in self.cross()), decimals),
            "AvailableBalance": lambda: fixed(self.available(), decimals),
            "Level": lambda: self.level(),
        }[figure]()
        self.expected.append((figure, index, value))
        return self


def liquidation(account, tick_decimals):
    """What every leg of an account must be liquidated at: fine, on the tick, and its bankruptcy."""
    finer = min(4, 10 - tick_decimals)  # the program keeps twelve decimals
    for index in range(len(account.legs)):
        account.expect("LiquidationPrice", index, tick_decimals + finer)
        if account.legs[index].symbol == account.legs[0].symbol:
            account.expect("LiquidatingTick", index, tick_decimals)
    return account.expect("BankruptcyPrice", 0, tick_decimals + finer)


def examples():
    yield liquidation(Account("Isolated margin", "Long, 25x, and the tick below the price", "0",
        [Leg("BTCUSDT", "buy", "0.137", "64123.4", "64123.4", "isolated", 25, "351.396232")], tick="0.1"), 1)
    yield liquidation(Account("Isolated margin", "Short, 25x, and the tick above the price", "0",
        [Leg("BTCUSDT", "sell", "0.137", "64123.4", "64123.4", "isolated", 25, "351.396232")], tick="0.1"), 1)
    yield liquidation(Account("Isolated margin", "Margin added to a long moves its price away", "250",
        [Leg("ETHUSDT", "buy", "4.217", "3127.46", "3098.11", "isolated", 50, "513.77")]), 2) \
        .expect("MarginRatio", 0, 6).expect("Level").expect("MarginBalance", 0, 6)
    yield liquidation(Account("Isolated margin", "A short whose funding has eaten into its wallet", "0",
        [Leg("DOGEUSDT", "sell", "31415", "0.19876", "0.20011", "isolated", 20, "291.0463")],
        tick="0.00001"), 5).expect("MarginRatio", 0, 6).expect("Level")
    yield liquidation(Account("Isolated margin", "150x: the price is hardly a third of a per cent away", "0",
        [Leg("BTCUSDT", "buy", "0.004", "67890.1", "67890.1", "isolated", 150, "1.8104026667")],
        tick="0.1"), 1).expect("MarginRatio", 0, 6)
    yield Account("Isolated margin", "1x long: only the maintenance margin keeps it from zero", "0",
        [Leg("BTCUSDT", "buy", "0.1", "60000", "60000", "isolated", 1, "6000")], tick="0.1") \
        .expect("LiquidationPrice", 0, 4).expect("BankruptcyPrice", 0, 4)
    yield liquidation(Account("Isolated margin", "1x short: liquidated below twice its entry", "0",
        [Leg("BTCUSDT", "sell", "0.1", "60000", "60000", "isolated", 1, "6000")], tick="0.1"), 1)
    yield Account("Isolated margin", "Already past the price: the ratio says so", "0",
        [Leg("ETHUSDT", "buy", "2", "3000", "2950", "isolated", 50, "120")]) \
        .expect("LiquidationPrice", 0, 6).expect("MarginRatio", 0, 6).expect("Level")
    yield Account("Isolated margin", "A balance of nothing has no ratio", "0",
        [Leg("ETHUSDT", "buy", "2", "3000", "2940", "isolated", 50, "120")]) \
        .expect("MarginRatio", 0, 6).expect("Level")

    yield liquidation(Account("Brackets", "Long of 12.6 million: from the fifth bracket into the fourth", "0",
        [Leg("BTCUSDT", "buy", "210", "60000", "60000", "isolated", 8, "1575000")], tick="0.1"), 1) \
        .expect("Bracket").expect("MaintenanceMargin", 0, 6)
    yield liquidation(Account("Brackets", "Short of 140,000: from the second bracket into the third", "0",
        [Leg("DOGEUSDT", "sell", "700000", "0.2", "0.2", "isolated", 2, "70000")], tick="0.00001"), 5) \
        .expect("Bracket")
    yield liquidation(Account("Brackets", "Short at 1x: three brackets up, two of them skipped", "0",
        [Leg("ACTUSDT", "sell", "900000", "0.05", "0.05", "isolated", 1, "45000")], tick="0.0001"), 4) \
        .expect("Bracket")
    yield liquidation(Account("Brackets", "Long of 150 million falls through three brackets", "0",
        [Leg("ETHUSDT", "buy", "50000", "3000", "3000", "isolated", 2, "75000000")], tick="0.01"), 2) \
        .expect("Bracket").expect("MaintenanceMargin", 0, 4)
    yield liquidation(Account("Brackets", "The price lies exactly on the edge of a bracket", "0",
        [Leg("BTCUSDT", "buy", "1", "60000", "60000", "isolated", 5, "10200", "default")], tick="0.1"), 1)
    yield liquidation(Account("Brackets", "A unit above the edge: still the second bracket", "0",
        [Leg("BTCUSDT", "buy", "1", "60000", "60000", "isolated", 5, "10199", "default")], tick="0.1"), 1)
    yield liquidation(Account("Brackets", "A unit below the edge: the first bracket", "0",
        [Leg("BTCUSDT", "buy", "1", "60000", "60000", "isolated", 5, "10201", "default")], tick="0.1"), 1)
    yield Account("Brackets", "A notional on the cap belongs to the bracket below", "1000000",
        [Leg("BTCUSDT", "buy", "5", "60000", "60000", "cross", 10)], tick="0.1") \
        .expect("Bracket").expect("MaintenanceMargin", 0, 6)
    yield Account("Brackets", "A tick above the cap belongs to the bracket above", "1000000",
        [Leg("BTCUSDT", "buy", "5", "60000", "60000.1", "cross", 10)], tick="0.1") \
        .expect("Bracket").expect("MaintenanceMargin", 0, 6)

    yield liquidation(Account("Tiny and huge prices", "Long of 5 billion at 0.0000312, tick 0.0000001", "0",
        [Leg("1000PEPEUSDT", "buy", "5000000000", "0.0000312", "0.0000312", "isolated", 10, "15600")],
        tick="0.0000001"), 7).expect("MarginRatio", 0, 6)
    yield liquidation(Account("Tiny and huge prices", "Short of 77 million at 0.0000004", "0",
        [Leg("1000PEPEUSDT", "sell", "77000000", "0.0000004", "0.0000004", "isolated", 3, "10.2666666667")],
        tick="0.0000001"), 7)
    yield liquidation(Account("Tiny and huge prices", "Cross long of 900 million at 0.0000311 beside BTC", "4321.09",
        [Leg("1000PEPEUSDT", "buy", "900000000", "0.0000311", "0.0000298", "cross", 20),
         Leg("BTCUSDT", "sell", "0.05", "66000", "65432.1", "cross", 20)], tick="0.0000001"), 7)
    yield liquidation(Account("Tiny and huge prices", "Short of 0.0123 at 4,123,456", "0",
        [Leg("DEARUSDT", "sell", "0.0123", "4123456", "4123456", "isolated", 40, "1267.96272", "default")],
        tick="1"), 0)
    yield liquidation(Account("Tiny and huge prices", "Cross long of 2.5 at 7,654,321", "6000000",
        [Leg("DEARUSDT", "buy", "2.5", "7654321", "7000000", "cross", 5, "0", "default")], tick="1"), 0) \
        .expect("MarginRatio", 0, 6)

    yield liquidation(Account("Cross margin", "Three positions, two in profit and one in loss", "25000",
        [Leg("BTCUSDT", "buy", "1.2", "61250.5", "63011.7", "cross", 20),
         Leg("ETHUSDT", "sell", "35.5", "3210.75", "3345.2", "cross", 25),
         Leg("DOGEUSDT", "sell", "200000", "0.21543", "0.20117", "cross", 10)], tick="0.00001"), 5) \
        .expect("MarginRatio", 0, 6).expect("MarginBalance", 0, 6).expect("AvailableBalance", 0, 6).expect("Level")
    yield liquidation(Account("Cross margin", "The profit of one carries the other", "1500",
        [Leg("BTCUSDT", "buy", "0.4", "50000", "66000", "cross", 20),
         Leg("ETHUSDT", "buy", "12", "3900", "3300", "cross", 20)]), 2) \
        .expect("MarginRatio", 0, 6).expect("AvailableBalance", 0, 6)
    yield liquidation(Account("Cross margin", "An isolated position keeps out of the pool", "8000",
        [Leg("BTCUSDT", "buy", "0.8", "62000", "61500", "cross", 20),
         Leg("ETHUSDT", "sell", "10", "3100", "3222.22", "isolated", 10, "3100")]), 2) \
        .expect("MarginRatio", 0, 6).expect("MarginRatio", 1, 6).expect("AvailableBalance", 0, 6) \
        .expect("MarginBalance", 0, 6).expect("Level")
    yield Account("Cross margin", "A wallet larger than the position: no price liquidates the long", "70000",
        [Leg("BTCUSDT", "buy", "1", "60000", "58000", "cross", 10)], tick="0.1") \
        .expect("LiquidationPrice").expect("LiquidatingTick").expect("MarginRatio", 0, 6)
    yield liquidation(Account("Cross margin", "The same wallet cannot save the short", "70000",
        [Leg("BTCUSDT", "sell", "1", "60000", "58000", "cross", 10)], tick="0.1"), 1)
    yield Account("Cross margin", "Others lose so much that this short has no price left", "5000",
        [Leg("BTCUSDT", "sell", "0.01", "60000", "60000", "cross", 10),
         Leg("ETHUSDT", "buy", "20", "3500", "3000", "cross", 20)]) \
        .expect("LiquidationPrice", 0, 4).expect("MarginRatio", 0, 6).expect("Level")
    yield Account("Cross margin", "MEDIUM, just above its boundary", "1000",
        [Leg("BTCUSDT", "buy", "1", "60000", "59844.5", "cross", 100)], tick="0.1") \
        .expect("MarginRatio", 0, 6).expect("Level").expect("AvailableBalance", 0, 6)
    yield Account("Cross margin", "HIGH", "1000",
        [Leg("BTCUSDT", "buy", "1", "60000", "59460", "cross", 100)], tick="0.1") \
        .expect("MarginRatio", 0, 6).expect("Level")
    yield Account("Cross margin", "CRITICAL, and not yet liquidated", "1000",
        [Leg("BTCUSDT", "buy", "1", "60000", "59250", "cross", 100)], tick="0.1") \
        .expect("MarginRatio", 0, 6).expect("Level").expect("LiquidatingTick", 0, 1)

    yield liquidation(Account("Hedge mode", "Cross pair, net short: a rise liquidates both legs", "3000",
        [Leg("BTCUSDT", "buy", "0.3", "59000", "60000", "cross", 20, position_side="long"),
         Leg("BTCUSDT", "sell", "1.1", "60500", "60000", "cross", 20, position_side="short")], tick="0.1"), 1) \
        .expect("MarginRatio", 0, 6)
    yield Account("Hedge mode", "A perfect cross hedge falls to the maintenance margin alone", "1000",
        [Leg("BTCUSDT", "buy", "1", "60000", "60000", "cross", 20, position_side="long"),
         Leg("BTCUSDT", "sell", "1", "60000", "60000", "cross", 20, position_side="short")], tick="0.1") \
        .expect("LiquidationPrice").expect("BankruptcyPrice").expect("MarginRatio", 0, 6)
    yield liquidation(Account("Hedge mode", "Nearly hedged: both ways lead to a price, the nearer counts", "5000",
        [Leg("BTCUSDT", "buy", "1", "60000", "60000", "cross", 20, position_side="long"),
         Leg("BTCUSDT", "sell", "0.9", "60000", "60000", "cross", 20, position_side="short")], tick="0.1"), 1)
    yield liquidation(Account("Hedge mode", "The legs lie in different brackets", "400000",
        [Leg("BTCUSDT", "buy", "60", "60000", "61000", "cross", 20, position_side="long"),
         Leg("BTCUSDT", "sell", "4", "62000", "61000", "cross", 20, position_side="short")], tick="0.1"), 1) \
        .expect("Bracket", 0).expect("Bracket", 1)
    yield liquidation(Account("Hedge mode", "Isolated legs have a price each", "0",
        [Leg("ETHUSDT", "buy", "5", "3000", "3050", "isolated", 20, "750", position_side="long"),
         Leg("ETHUSDT", "sell", "8", "3100", "3050", "isolated", 20, "1240", position_side="short")]), 2) \
        .expect("MarginRatio", 0, 6).expect("MarginRatio", 1, 6)
    yield liquidation(Account("Hedge mode", "A cross pair beside another symbol in loss", "9000",
        [Leg("BTCUSDT", "buy", "2", "60000", "60500", "cross", 50, position_side="long"),
         Leg("BTCUSDT", "sell", "1.4", "60200", "60500", "cross", 50, position_side="short"),
         Leg("DOGEUSDT", "buy", "150000", "0.22", "0.2", "cross", 20, position_side="long")],
        tick="0.00001"), 5).expect("MarginRatio", 0, 6)

    yield liquidation(Account("Adding, reducing, turning", "Added to an isolated long: average entry, both margins",
        "5000", [Leg("BTCUSDT", "buy", "0.5", "60000", "61000", "isolated", 20, "1500")],
        [(0, "buy", "0.3", "61000", "0.0005")], "0.1"), 1) \
        .expect("EntryPrice", 0, 8).expect("IsolatedWallet", 0, 6).expect("CrossWallet", 0, 6)
    yield liquidation(Account("Adding, reducing, turning", "Half of an isolated long closed at a profit", "5000",
        [Leg("BTCUSDT", "buy", "0.5", "60000", "62000", "isolated", 20, "1500")],
        [(0, "sell", "0.25", "62000", "0.0005")], "0.1"), 1) \
        .expect("EntryPrice", 0, 2).expect("IsolatedWallet", 0, 6).expect("CrossWallet", 0, 6)
    yield liquidation(Account("Adding, reducing, turning", "A third of a short with added margin bought back", "5000",
        [Leg("ETHUSDT", "sell", "9", "3000", "2950", "isolated", 25, "1411.17")],
        [(0, "buy", "3", "2951.5", "0.0002")]), 2) \
        .expect("IsolatedWallet", 0, 6).expect("CrossWallet", 0, 6)
    yield liquidation(Account("Adding, reducing, turning", "An isolated long turned into a short", "5000",
        [Leg("BTCUSDT", "buy", "0.5", "60000", "59000", "isolated", 20, "1500")],
        [(0, "sell", "0.8", "59000", "0.0005")], "0.1"), 1) \
        .expect("Amount", 0, 3).expect("EntryPrice", 0, 2).expect("IsolatedWallet", 0, 6) \
        .expect("CrossWallet", 0, 6)
    yield liquidation(Account("Adding, reducing, turning", "A cross short turned into a long at a loss", "20000",
        [Leg("ETHUSDT", "sell", "30", "3000", "3100", "cross", 20)],
        [(0, "buy", "50", "3100", "0.0005")]), 2) \
        .expect("Amount", 0, 3).expect("CrossWallet", 0, 6).expect("AvailableBalance", 0, 6)
    yield Account("Adding, reducing, turning", "Closed to the last contract: profit and fee are in the wallet", "2000",
        [Leg("DOGEUSDT", "sell", "12345", "0.2", "0.18765", "cross", 10)],
        [(0, "buy", "12345", "0.18765", "0.0005")], "0.00001") \
        .expect("Amount").expect("LiquidationPrice").expect("CrossWallet", 0, 8)
    yield liquidation(Account("Adding, reducing, turning", "Opened, added and reduced, with a fee each time", "10000",
        [Leg("BTCUSDT", "buy", "0", "0", "60750", "cross", 20)],
        [(0, "buy", "0.111", "60000.1", "0.0002"), (0, "buy", "0.222", "60500.3", "0.0005"),
         (0, "sell", "0.133", "61000.7", "0.0005")], "0.1"), 1) \
        .expect("Amount", 0, 3).expect("EntryPrice", 0, 8).expect("CrossWallet", 0, 6)


    yield Account("Order cost", "Open orders bind what they could open: cross", "10000",
        [Leg("BTCUSDT", "buy", "0.5", "60000", "60500", "cross", 10)], tick="0.1",
        orders=[(0, "buy", "0.2", "59000"), (0, "sell", "0.3", "62000")]).expect("AvailableBalance", 0, 6)
    yield Account("Order cost", "An order larger than the position on the other side", "10000",
        [Leg("BTCUSDT", "buy", "0.5", "60000", "60500", "cross", 10)], tick="0.1",
        orders=[(0, "sell", "1.4", "62000")]).expect("AvailableBalance", 0, 6)
    yield Account("Order cost", "Isolated: only what the orders need beyond the position", "10000",
        [Leg("ETHUSDT", "sell", "4", "3000", "3010", "isolated", 20, "600")],
        orders=[(0, "sell", "2", "3100"), (0, "buy", "1", "2900")]).expect("AvailableBalance", 0, 6)
    yield Account("Order cost", "Orders without a position, beside a cross position in loss", "2500",
        [Leg("ETHUSDT", "buy", "5", "3200", "3010", "cross", 25), Leg("BTCUSDT", "buy", "0", "0", "60000", "cross", 50)],
        orders=[(1, "buy", "0.25", "58000")]).expect("AvailableBalance", 0, 6).expect("Level")


class Plan:
    """A trade planned on a flat account without a live book."""

    MAKER, TAKER = F("0.0002"), F("0.0005")

    def __init__(self, title, wallet, side, entry, mark, stop, target, leverage, margin, sizing, entry_maker=False,
                 target_maker=False, slippage="0", table="BTCUSDT", tick="0.1", step="0.001"):
        self.texts = (title, wallet, side, entry, mark, stop, target, leverage, margin, sizing, entry_maker,
                      target_maker, slippage, table, tick, step)
        self.s = 1 if side == "buy" else -1
        self.wallet, self.entry, self.mark = F(wallet), F(entry), F(mark)
        self.leverage, self.margin, self.table, self.step = leverage, margin, table, F(step)
        self.fee_in = self.MAKER if entry_maker else self.TAKER
        self.fee_out = self.MAKER if target_maker else self.TAKER
        self.stop_fill = F(stop) * (1 - F(slippage) * self.s) if stop else None
        self.target = F(target) if target else None
        self.quantity = self.size(sizing)
        self.expected = []

    def loss_per_unit(self):
        return (self.entry - self.stop_fill) * self.s + self.entry * self.fee_in + self.stop_fill * self.TAKER

    def size(self, sizing):
        kind, *numbers = sizing.split()
        first = F(numbers[0])
        by_margin = lambda share: self.wallet * share * self.leverage / self.entry
        if kind == "quantity":
            raw = first
        elif kind == "quote":
            raw = first / self.entry
        elif kind == "margin":
            raw = by_margin(first)
        elif kind == "amount":
            raw = first / self.loss_per_unit()
        elif kind == "risk":
            raw = self.wallet * first / self.loss_per_unit()
        else:
            most = max(cap for leverage, cap, _, _ in TABLES[self.table] if leverage >= self.leverage)
            at_once = max(F(0), (self.entry - self.mark) * self.s)
            raw = min(by_margin(first), self.wallet * F(numbers[1]) / self.loss_per_unit(), F(most) / self.entry,
                      self.wallet / (self.entry / self.leverage + at_once + self.entry * self.fee_in))
        steps = raw / self.step
        return self.step * (steps.numerator // steps.denominator)

    def net(self, exit, rate):
        q = self.quantity
        return (exit - self.entry) * q * self.s - self.entry * q * self.fee_in - exit * q * rate

    def after(self, leverage=None):
        """The account right after the fill: an entry that had to wait is valued at itself, any other at the mark."""
        leverage = leverage or self.leverage
        waited = self.entry < self.mark if self.s > 0 else self.entry > self.mark
        mark = self.entry if waited else self.mark
        worth = self.entry * self.quantity
        wallet = self.wallet - worth * self.fee_in
        own = worth / leverage if self.margin == "isolated" else F(0)
        leg = Leg("X", "buy" if self.s > 0 else "sell", str(self.quantity), str(self.entry), str(mark), self.margin,
                  leverage, str(own), self.table)
        account = Account("", "", str(wallet - own), [leg])
        return account, leg

    def max_leverage(self):
        worth = self.entry * self.quantity
        allowed = TABLES[self.table][bracket_of(self.table, worth)[0] - 1][0]
        if self.margin == "cross":
            account, leg = self.after()
            price = account.liquidation(leg)
            return allowed if price is None or (self.stop_fill - price) * self.s > 0 else 0
        best = 0
        for leverage in range(1, allowed + 1):
            account, leg = self.after(leverage)
            price = account.liquidation(leg)
            if price is None or (self.stop_fill - price) * self.s > 0:
                best = leverage
        return best

    def expect(self, figure, decimals=6):
        worth = self.entry * self.quantity
        cost = worth / self.leverage + self.quantity * max(F(0), (self.entry - self.mark) * self.s)
        account, leg = self.after()
        value = {
            "Size": lambda: fixed(self.quantity, decimals),
            "Notional": lambda: fixed(worth, decimals),
            "InitialMargin": lambda: fixed(worth / self.leverage, decimals),
            "Cost": lambda: fixed(cost, decimals),
            "Missing": lambda: fixed(max(F(0), cost - self.wallet), decimals),
            "EntryFee": lambda: fixed(worth * self.fee_in, decimals),
            "NetAtStop": lambda: fixed(self.net(self.stop_fill, self.TAKER), decimals),
            "NetAtTarget": lambda: fixed(self.net(self.target, self.fee_out), decimals),
            "RewardToRisk": lambda: fixed(
                self.net(self.target, self.fee_out) / -self.net(self.stop_fill, self.TAKER), decimals),
            "BreakEven": lambda: fixed(self.entry * (1 + self.fee_in * self.s) / (1 - self.fee_out * self.s), decimals),
            "LiquidationPrice": lambda: fixed(account.liquidation(leg), decimals),
            "RatioAfter": lambda: fixed(account.ratio(leg), decimals),
            "AvailableAfter": lambda: fixed(account.available(), decimals),
            "MaxLeverageForStop": lambda: str(self.max_leverage()),
        }[figure]()
        self.expected.append((figure, value))
        return self


def whole(plan, size=3, price=4):
    for figure, decimals in (("Size", size), ("Notional", 6), ("InitialMargin", 6), ("EntryFee", 6), ("NetAtStop", 6),
                             ("NetAtTarget", 6), ("RewardToRisk", 6), ("BreakEven", price), ("LiquidationPrice", price),
                             ("RatioAfter", 4), ("AvailableAfter", 6), ("MaxLeverageForStop", 0)):
        plan.expect(figure, decimals)
    return plan


def plans():
    yield whole(Plan("Risk 1 %, long as taker, the stop 0.05 % worse", "10000", "buy", "60000", "60000", "58800", "63000",
                     20, "isolated", "risk 0.01", slippage="0.0005"))
    yield whole(Plan("Risk 250 USDT, short as maker above the mark", "25000", "sell", "61234.5", "60900", "62000", "58500.5",
                     25, "isolated", "amount 250", True, True, "0.0005"))
    yield whole(Plan("A tenth of the balance as margin, cross long", "8000", "buy", "64100", "64100", "61000", "70000.1",
                     10, "cross", "margin 0.1", slippage="0.001"))
    yield whole(Plan("So much quote amount, isolated short at 50x", "3000", "sell", "60000.1", "60000.1", "60500", "58000",
                     50, "isolated", "quote 12345"))
    yield whole(Plan("Safe size: the loss at the stop decides", "50000", "buy", "59950", "60000", "57000", "66000",
                     10, "isolated", "safe 0.25 0.005", True))
    yield whole(Plan("Safe size: the margin share decides", "50000", "sell", "60000", "60000", "60100", "59000",
                     5, "isolated", "safe 0.1 0.05"))
    yield whole(Plan("Safe size: the bracket decides", "2000000", "buy", "60000", "60000", "59900", "61000",
                     150, "cross", "safe 1 1"))
    yield whole(Plan("Safe size: the balance pays margin, loss at once and fee", "1000", "buy", "60600", "60000", "60000.1",
                     "63000", 100, "isolated", "safe 1 1"))
    yield whole(Plan("A tiny price: 0.0000312, 1,000 to the step", "500", "buy", "0.0000312", "0.0000312", "0.0000301",
                     "0.0000345", 20, "isolated", "risk 0.02", table="1000PEPEUSDT", tick="0.0000001", step="1000"), 0, 10)
    yield whole(Plan("A huge price: 4,123,456", "90000", "sell", "4123456", "4123456", "4200000", "3900000",
                     10, "isolated", "risk 0.03", table="default", tick="1", step="0.0001"), 4, 4)
    yield Plan("More than the balance: what is missing", "1000", "sell", "60000", "60300", "", "", 20, "isolated",
               "quantity 0.5").expect("Size", 3).expect("Cost").expect("Missing").expect("BreakEven", 4)
    yield Plan("Several brackets: 20 million at 20x", "1500000", "buy", "60000", "60000", "57500", "70000", 20, "isolated",
               "quote 20000000").expect("Size", 3).expect("LiquidationPrice", 4).expect("RatioAfter", 4) \
        .expect("MaxLeverageForStop").expect("NetAtStop")


HEAD = """// Written by tests/domain/worked_examples.py from exact fractions; change it there.

#include "models/domain/risk/worked_data.h"

namespace domain::worked
{

const std::vector<AccountExample> &constructedAccounts()
{
    using enum Figure;
    constexpr auto cross = MarginType::Cross;
    constexpr auto isolated = MarginType::Isolated;
    constexpr auto both = PositionSide::Both;
    constexpr auto longSide = PositionSide::Long;
    constexpr auto shortSide = PositionSide::Short;
    constexpr auto buy = Side::Buy;
    constexpr auto sell = Side::Sell;
    constexpr const char *source = "%s";
    // clang-format off
    static const std::vector<AccountExample> examples{
"""
FOOT = """    };
    // clang-format on
    return examples;
}

} // namespace domain::worked
"""


def cpp(example):
    sides = {"both": "both", "long": "longSide", "short": "shortSide"}
    lines = [f'        {{"{example.topic}", "{example.title}", source, "{example.wallet_text}",', "            {"]
    for leg, ((quantity, entry, mark, wallet), side, _) in zip(example.legs, example.start):
        lines.append(f'                {{"{leg.symbol}", {sides[leg.position_side]}, {side}, "{quantity}", "{entry}", '
                     f'"{mark}", {leg.margin}, {leg.leverage}, "{wallet}", "{leg.table}"}},')
    lines.append("            },")
    fills = ", ".join(f'{{{i}, {side}, "{q}", "{p}", "{f}"}}' for i, side, q, p, f in example.fills)
    lines.append(f"            {{{fills}}},")
    lines.append(f'            "{example.tick}",')
    lines.append("            {")
    for figure, index, value in example.expected:
        lines.append(f'                {{{figure}, {index}, "{value}"}},')
    orders = ", ".join(f'{{{i}, {side}, "{q}", "{p}"}}' for i, side, q, p in example.orders)
    lines.append(f"            }}, {{{orders}}}}}," if orders else "            }},")
    return "\n".join(lines)


PLAN_HEAD = """// Written by tests/domain/worked_examples.py from exact fractions; change it there.

#include "models/domain/risk/worked_data.h"

namespace domain::worked
{

const std::vector<PlanExample> &constructedPlans()
{
    using enum PlanFigure;
    constexpr auto cross = MarginType::Cross;
    constexpr auto isolated = MarginType::Isolated;
    constexpr auto buy = Side::Buy;
    constexpr auto sell = Side::Sell;
    constexpr const char *source = "%s";
    // clang-format off
    static const std::vector<PlanExample> examples{
"""


def plan_cpp(plan):
    (title, wallet, side, entry, mark, stop, target, leverage, margin, sizing, entry_maker, target_maker, slippage, table,
     tick, step) = plan.texts
    flag = lambda value: "true" if value else "false"
    lines = [f'        {{"{title}", source, "{wallet}", {side}, "{entry}", "{mark}", "{stop}", "{target}", {leverage},',
             f'            {margin}, "{sizing}", {flag(entry_maker)}, {flag(target_maker)}, "{slippage}", "{table}", '
             f'"{tick}", "{step}",', "            {"]
    lines += [f'                {{{figure}, "{value}"}},' for figure, value in plan.expected]
    lines.append("            }},")
    return "\n".join(lines)


def main():
    folder = pathlib.Path(__file__).resolve().parents[2] / "models/domain/risk"
    texts = {
        "worked_constructed.cpp": HEAD % SOURCE + "\n".join(map(cpp, examples())) + "\n" + FOOT,
        "worked_plans.cpp": PLAN_HEAD % SOURCE + "\n".join(map(plan_cpp, plans())) + "\n" + FOOT,
    }
    for name, text in texts.items():
        if sys.argv[1:] == ["--check"]:
            if (folder / name).read_text(encoding="utf-8") != text:
                sys.exit(f"{name} is not what {sys.argv[0]} writes")
        else:
            (folder / name).write_text(text, encoding="utf-8")


main()
